import { formatDuration } from '../../../lib/domain/duration.ts';
import type { Milliseconds } from '../../../lib/domain/duration.ts';
import { renderedImages } from '../../../lib/domain/images/rendered.ts';
import { maskStoredSecrets } from '../../../lib/domain/manifest/stored-secrets.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import { chooseTargets } from '../../../lib/domain/verdict/targets.ts';
import type { Verdict } from '../../../lib/domain/verdict/types.ts';
import type { Journal } from '../../../lib/steps/journal.ts';
import { leastBudget } from '../../../lib/steps/post-budget.ts';
import { questionsAbout } from '../../../lib/steps/questions.ts';
import type { ReadBack } from '../../../lib/steps/read-back.ts';
import { resolveObjects } from '../../../lib/steps/resolve-objects.ts';
import { rollOut } from '../../../lib/steps/roll-out.ts';
import { recordSchema } from '../../../lib/steps/schema-record.ts';
import type { Left } from '../left.ts';
import { prove } from './prove.ts';
import { settled } from '../record.ts';
import type { TakeBackPorts } from '../undo/take-back.ts';

/** Kept for an undo, should it come to that. */
const undoReserve: Milliseconds = 60_000;

export interface Watched {
  readonly verdict: Verdict;
  readonly running?: ReadBack;
}

/**
 * Goes on where a cancelled main stopped watching (`on-cancel: finish`), to the verdict, in what is left of the
 * release's timeout and of post's `budget`. Undefined when there is nothing to go on with: helm had not applied
 * everything, or no time is left.
 */
export async function watchOn(
  revision: number,
  journal: Journal,
  { release, gate, ignore, failFast, timeout, tests }: Left,
  budget: Milliseconds,
  ports: TakeBackPorts,
): Promise<Watched | undefined> {
  const within = Math.min(timeLeft(journal.record, timeout, ports), budget - undoReserve);
  const written = await ports.history.read(release, revision);
  if (written?.status !== 'deployed' || within < leastBudget) return undefined;

  ports.log.info(`on-cancel: finish: watching revision ${revision} for ${formatDuration(within)} more`);
  const { objects } = await resolveObjects(ports.kube, written.manifest, release.namespace);
  const { gated, advisory } = chooseTargets(objects, { gate, ignore });
  const watching = {
    gated,
    advisory,
    within,
    failFast,
    joinsLate: true,
    questions: questionsAbout(objects, ports),
    hide: maskStoredSecrets([written], release.namespace),
    apply: async () => {},
    onProgress: ports.progress,
    signal: ports.signal,
  };
  const rolled = await journal.step(
    'roll-out, watched by post',
    () => rollOut(watching, ports),
    ({ verdict }) => verdict.outcome,
  );
  const proven = await prove(
    { gated, objects, images: renderedImages(objects) },
    rolled,
    journal,
    { release, tests, timeout: within },
    ports,
  );
  await journal.write((now) => settled({ ...now, revision }, proven.verdict, proven.running, ports.actor));
  await recordSchema(journal.record, (change) => journal.write(change), ports);
  return proven;
}

/** What main has used of the author's timeout; its record was opened as the release began. */
const timeLeft = (
  { createdAt }: ReleaseRecord,
  timeout: Milliseconds,
  { clock }: TakeBackPorts,
): Milliseconds => timeout - (clock.now() - Date.parse(createdAt));
