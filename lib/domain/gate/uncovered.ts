/** What will be deployed and no proposal holds it against, as far as the inputs and `.github/slipway.yml` name it. */
import { sameEnvironment } from '../environments/find.ts';
import type { SlipwayFile } from '../environments/types.ts';
import type { Proposal } from './proposal.ts';

export interface Uncovered {
  readonly kind: 'chart' | 'values file';
  /** Path or address; empty where nobody named it. */
  readonly name: string;
  readonly why: string;
}

interface Known {
  /** As input `chart` has it; empty where none is given. */
  readonly chart: string;
  readonly file: Pick<SlipwayFile, 'environments' | 'release'>;
  /** Of the file, to name it. */
  readonly path: string;
}

export const uncovered = (
  proposal: Pick<Proposal, 'environment' | 'chart' | 'values'>,
  known: Known,
): Uncovered[] => [...chartOf(proposal, known), ...valuesFilesOf(proposal, known)];

function chartOf({ chart: digest }: Pick<Proposal, 'chart'>, { chart, file }: Known): Uncovered[] {
  if (digest !== undefined) return [];
  const name = chart || (file.release?.deploy['chart'] ?? '');
  return [{ kind: 'chart', name, why: whyOpen(name) }];
}

/** Of an OCI registry the deploy learns the digest, and compares it. */
function whyOpen(chart: string): string {
  if (chart === '') return 'nobody named it';
  return chart.startsWith('oci://')
    ? 'named without its digest, so its deploy is refused'
    : 'it has no digest';
}

/** A proposal is of one target: where all files of one are covered, it is that one. */
function valuesFilesOf(
  { environment: name, values }: Pick<Proposal, 'environment' | 'values'>,
  { file, path }: Known,
): Uncovered[] {
  const targets = file.environments.find((each) => sameEnvironment(each.name, name))?.targets ?? [];
  const missing = targets.map(({ valuesFiles }) =>
    valuesFiles.filter((each) => !values.some(({ path: covered }) => covered === each)),
  );
  if (missing.some((each) => each.length === 0)) return [];
  const why = `${path} has it for ${name}, input values-files does not`;
  return [...new Set(missing.flat())].map((each) => ({ kind: 'values file', name: each, why }));
}
