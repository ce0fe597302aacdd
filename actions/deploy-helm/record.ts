import { moveTo, withVerdict } from '../../lib/domain/record/transitions.ts';
import type { ReleaseContent, ReleaseRecord } from '../../lib/domain/record/types.ts';
import type { Verdict } from '../../lib/domain/verdict/types.ts';
import type { Revision } from '../../lib/ports/helm.ts';
import type { Draft } from '../../lib/steps/journal.ts';
import { proposalHash } from '../../lib/steps/proposal-hash.ts';
import type { ReadBack } from '../../lib/steps/read-back.ts';
import type { Inputs } from './inputs.ts';
import type { Plan } from './plan/plan.ts';
import type { Ports } from './ports.ts';

type Who = Pick<Ports, 'actor' | 'clock'>;

/** The record of a release that is about to begin. */
export const releaseDraft = (
  plan: Plan,
  records: readonly ReleaseRecord[],
  inputs: Inputs,
  { actor, clock }: Who,
): Draft => {
  const from =
    records.find(({ revision }) => revision !== undefined && revision === plan.previous?.revision)?.to ??
    contentOf(plan.previous);
  return {
    release: inputs.release.name,
    namespace: inputs.release.namespace,
    kind: 'release',
    state: 'planned',
    createdAt: new Date(clock.now()).toISOString(),
    // Behind an issue the run is of the default branch, and what it ships is not.
    by: { ...actor, sha: inputs.proposal?.commit ?? actor.sha },
    ...(from === undefined ? {} : { from }),
    to: {
      images: plan.images,
      chart: plan.chart.name,
      chartVersion: plan.chart.version,
      chartDigest: plan.chart.digest,
      valuesHash: plan.valuesHash,
    },
    after: plan.newest,
    steps: [],
    verdicts: [],
    expects: inputs.expects,
    ...(inputs.proposal === undefined ? {} : { proposal: proposalHash(inputs.proposal) }),
    ...(plan.approval === undefined ? {} : { approval: plan.approval }),
    undoable: plan.previous === undefined ? 'manual' : 'automatic',
    ...(inputs.environment === '' ? {} : { environment: inputs.environment }),
    ...(inputs.environmentUrl === '' ? {} : { environmentUrl: inputs.environmentUrl }),
  };
};

/** The record of what ran, ready, before Slipway came. */
export const baselineDraft = (running: Revision, { release }: Inputs, { actor, clock }: Who): Draft => ({
  release: release.name,
  namespace: release.namespace,
  kind: 'baseline',
  state: 'verified',
  createdAt: new Date(clock.now()).toISOString(),
  by: actor,
  to: contentOf(running) ?? noContent,
  revision: running.revision,
  installedAt: running.installedAt,
  steps: [],
  verdicts: [],
  expects: [],
  undoable: 'none',
  reason: 'ran ready when the first release through Slipway began',
});

const noContent: ReleaseContent = {
  images: {},
  chart: '',
  chartVersion: '',
  chartDigest: '',
  valuesHash: '',
};

const contentOf = (revision: Revision | undefined): ReleaseContent | undefined =>
  revision === undefined
    ? undefined
    : {
        ...noContent,
        chart: revision.chart,
        chartVersion: revision.chartVersion,
        revision: revision.revision,
      };

/** What deploy-helm's verdict makes of the record; the undo, if any, has been written by itself. */
export function settled(
  record: ReleaseRecord,
  verdict: Verdict,
  running: ReadBack | undefined,
  by: Ports['actor'],
): ReleaseRecord {
  const { outcome, reason } = verdict;
  const appended = { name: 'deploy-helm', outcome, reason, at: new Date(verdict.at).toISOString(), by };
  const judged = withVerdict(record, appended);
  if (outcome === 'pass')
    return moveTo({ ...judged, to: { ...judged.to, images: running?.images ?? judged.to.images } }, 'ready');
  if (outcome === 'fail') return moveTo(judged, 'rejected', reason);
  return { ...judged, reason };
}
