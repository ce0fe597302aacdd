import { CancelledError, messageOf, UnreachableError } from '../../../lib/domain/errors.ts';
import { helmDescription } from '../../../lib/domain/record/id.ts';
import { moveTo } from '../../../lib/domain/record/transitions.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import type { Expectation, Finding, Observation, Verdict } from '../../../lib/domain/verdict/types.ts';
import type { HelmRelease } from '../../../lib/ports/helm.ts';
import type { Following, RunningContainer } from '../../../lib/ports/rollout.ts';
import type { Journal } from '../../../lib/steps/journal.ts';
import { installCrds } from '../../../lib/steps/install-crds.ts';
import { rollOut } from '../../../lib/steps/roll-out.ts';
import type { Beside } from '../../../lib/steps/roll-out.ts';
import { compareWithApplied } from './compared-with.ts';
import type { Marked } from './compared-with.ts';
import { secretsHidden } from './evidence.ts';
import type { Inputs } from '../inputs.ts';
import type { Plan } from '../plan/plan.ts';
import type { Ports } from '../ports.ts';

export interface Applied {
  readonly verdict: Verdict;
  /** What Helm installed; absent when helm itself failed. */
  readonly release?: HelmRelease;
  /** The revision that Helm wrote for this attempt; absent when it failed before writing one. */
  readonly revision?: number;
  readonly observations: readonly Observation[];
  /** By what the watcher judged them; undefined where the verdict is not its own. */
  readonly expectation?: Expectation | undefined;
  /** What ran when the verdict was reached, as far as the watcher saw it. */
  readonly running: readonly RunningContainer[];
}

/** Helm applies while the watcher looks on; the verdict is the watcher's, or Helm's own refusal. */
export async function apply(
  plan: Plan,
  following: Following,
  records: readonly ReleaseRecord[],
  journal: Journal,
  inputs: Inputs,
  ports: Ports,
): Promise<Applied> {
  const hooks = await ports.hookLogs.follow(inputs.release, plan.rendered.hooks, secretsHidden(plan));
  let release: HelmRelease | undefined;
  let marked: Marked | undefined;
  const upgrade = async ({ onApplied, signal }: Beside): Promise<void> => {
    await bringCrds(plan, inputs, ports);
    const onLine = (line: string): void => ports.log.debug(line);
    marked = await compareWithApplied(plan, records, inputs, ports);
    const intent = {
      ...plan.intent,
      description: helmDescription(journal.record),
      // Helm prunes before it applies, and spares only what it calls deployed: the next release prunes.
      ...(marked === undefined ? {} : { historyMax: 0 }),
    };
    const onWaiting = (): void => {
      onApplied();
      // Helm says the number only when its wait is over; killed in it, the next run must know what is applied.
      const revision = plan.newest + 1;
      const said = journal.write((now) => ({
        ...moveTo(now, 'applied'),
        to: { ...now.to, revision },
      }));
      said.catch((error: unknown) => onLine(`the record does not know that helm waits: ${String(error)}`));
    };
    release = await ports.helm.upgrade(intent, { signal, onLine, onWaiting });
    const { revision, installedAt } = release;
    await marked
      ?.over()
      .catch((error: unknown) => onLine(`Helm's history is not all true: ${String(error)}`));
    await journal.write((now) => ({
      ...moveTo(now, 'applied'),
      revision,
      installedAt,
      to: { ...now.to, revision },
    }));
  };
  const { gated, advisory } = plan;
  const order = {
    gated,
    advisory,
    apply: upgrade,
    within: inputs.timeout,
    onProgress: ports.progress,
    signal: ports.signal,
    following,
  };
  try {
    const rolled = await journal.step(
      'helm upgrade and roll-out',
      () => rollOut(order, ports),
      ({ verdict }) => verdict.outcome,
    );
    if (release === undefined) return { ...rolled, ...(await writtenRevision(plan, inputs, ports)) };
    return { ...rolled, release, revision: release.revision };
  } catch (error) {
    // Once helm has applied, what is thrown is the journal's: the record or the lock is lost.
    if (release !== undefined) throw error;
    if (error instanceof CancelledError) {
      // What helm had written post puts right.
      await marked?.unmark().catch(() => undefined);
      throw error;
    }
    const verdict = refusedByHelm(error, inputs, ports);
    const written = await writtenRevision(plan, inputs, ports);
    // A fail is taken back, or left, and either calls it deployed again.
    if (written.revision === undefined || verdict.outcome === 'inconclusive') await marked?.unmark();
    await unstick(written, verdict, plan, inputs, ports);
    return { verdict, observations: [], running: [], ...written };
  } finally {
    await hooks.stop();
  }
}

async function bringCrds({ chart }: Plan, { crds }: Inputs, ports: Ports): Promise<void> {
  if (crds === 'skip' || !chart.hasCrds) return;
  for (const line of await installCrds(ports, await ports.helm.crds(chart), crds))
    ports.log.info(`CRD ${line}`);
}

/** Helm's refusal as a verdict: proof enough to fail, unless the API could not be asked at all. */
function refusedByHelm(error: unknown, { release }: Inputs, { clock }: Ports): Verdict {
  const message = messageOf(error);
  const detail = error as { subject?: string; remedy?: string };
  const at = clock.now();
  const finding: Finding = {
    subject: detail.subject ?? `release ${release.namespace}/${release.name}`,
    rule: 'HelmRefused',
    cause: message,
    severity: 'terminal',
    firstSeen: at,
    proof: message,
    remedy: detail.remedy ?? "read helm's own lines in the log",
  };
  const outcome = error instanceof UnreachableError ? 'inconclusive' : 'fail';
  return { outcome, reason: message, findings: [finding], at, workloads: [] };
}

/** Throws when Helm's history cannot be read: "nothing was changed" would be a guess. */
async function writtenRevision(
  plan: Plan,
  { release }: Inputs,
  { history }: Ports,
): Promise<{ revision?: number; status?: string }> {
  const [newest] = await history.list(release);
  return newest !== undefined && newest.revision > plan.newest ? newest : {};
}

/** A helm that lost the API half-way leaves its revision pending, and no later release would be let in. */
async function unstick(
  { revision, status = '' }: { revision?: number; status?: string },
  { outcome, reason }: Verdict,
  { previous }: Plan,
  { release }: Inputs,
  { history }: Ports,
): Promise<void> {
  if (outcome !== 'inconclusive' || revision === undefined || !status.startsWith('pending-')) return;
  const restored = previous === undefined ? {} : { restored: previous.revision };
  await history.writeBack(release, { failed: revision, reason, ...restored });
}
