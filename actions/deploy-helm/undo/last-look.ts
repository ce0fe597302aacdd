import { messageOf } from '../../../lib/domain/errors.ts';
import type { Milliseconds } from '../../../lib/domain/duration.ts';
import { parseManifest } from '../../../lib/domain/manifest/parse.ts';
import { maskStoredSecrets } from '../../../lib/domain/manifest/stored-secrets.ts';
import { chooseTargets } from '../../../lib/domain/verdict/targets.ts';
import type { Files } from '../../../lib/ports/files.ts';
import { captureEvidence } from '../../../lib/steps/evidence.ts';
import { questionsAbout } from '../../../lib/steps/questions.ts';
import { resolveObjects } from '../../../lib/steps/resolve-objects.ts';
import { rollOut } from '../../../lib/steps/roll-out.ts';
import type { Left } from '../left.ts';
import type { TakeBackPorts } from './take-back.ts';

/** Kept for the undo: a target that is put right is worth more than knowing why it had to be. */
const undoReserve: Milliseconds = 120_000;

export type LastLookPorts = TakeBackPorts & { readonly files: Pick<Files, 'keep'> };

/**
 * Shows in post's log why a release was not ready yet that nobody had judged, before the undo destroys it: one look,
 * and the logs, seconds together. Says nothing of one that is ready, nor where too little of post's `budget` is left;
 * never throws.
 */
export async function lastLook(
  revision: number,
  before: number | undefined,
  { release, gate, ignore, failFast }: Left,
  budget: Milliseconds,
  ports: LastLookPorts,
): Promise<void> {
  if (budget < undoReserve) return;
  const { history, kube, log, signal } = ports;
  try {
    const [written, last] = await Promise.all([
      history.read(release, revision),
      before === undefined ? undefined : history.read(release, before),
    ]);
    if (written === undefined) return;
    const { objects } = await resolveObjects(kube, written.manifest, release.namespace);
    const parsed = last && parseManifest(last.manifest, () => release.namespace);
    const hide = maskStoredSecrets([written, last], release.namespace);
    const { gated, advisory } = chooseTargets(objects, { gate, ignore });
    const look = { gated, advisory, failFast, hide, within: 0, questions: questionsAbout(objects, ports) };
    const quiet = { apply: async () => {}, onProgress: () => {}, signal };
    const { verdict, observations } = await rollOut({ ...look, ...quiet }, ports);
    if (verdict.outcome === 'pass') return;
    const name = `${release.name} ${written.chartVersion} in ${release.namespace}`;
    await captureEvidence(
      { release: name, verdict, observations, before: parsed, after: objects, hide },
      ports,
    );
  } catch (error) {
    log.warn(`what the release did last could not be seen: ${messageOf(error)}`);
  }
}
