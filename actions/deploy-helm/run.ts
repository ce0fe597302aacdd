import { formatDuration } from '../../lib/domain/duration.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { CancelledError, UnreachableError } from '../../lib/domain/errors.ts';
import { ofInstallation } from '../../lib/domain/record/installation.ts';
import { isVerified } from '../../lib/domain/record/transitions.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import type { Verdict } from '../../lib/domain/verdict/types.ts';
import type { Lock, LockOptions } from '../../lib/ports/records.ts';
import { Journal } from '../../lib/steps/journal.ts';
import { withLock } from '../../lib/steps/locked.ts';
import type { ReadBack } from '../../lib/steps/read-back.ts';
import { apply } from './apply.ts';
import type { Applied } from './apply.ts';
import { announceDeployment, closeDeployment } from './deployment.ts';
import type { Inputs } from './inputs.ts';
import { planLines } from './plan-lines.ts';
import { deployedOf, makePlan } from './plan.ts';
import type { Plan } from './plan.ts';
import type { Ports } from './ports.ts';
import { prepare } from './preparation.ts';
import { prove } from './prove.ts';
import { releaseDraft, settled } from './record.ts';
import { takeBack } from './take-back.ts';
import type { TakenBack } from './take-back.ts';
import { Unfinished } from './unfinished.ts';
import { findWayBack, runsReady } from './way-back.ts';

export interface DeployResult extends Result {
  readonly plan: Plan;
  readonly duration: Milliseconds;
  /** Absent when nothing was changed: a dry run, or unchanged and skipped. */
  readonly done?: Done;
}

export interface Done {
  readonly record: ReleaseRecord;
  readonly verdict: Verdict;
  readonly applied: Applied;
  readonly running: ReadBack | undefined;
  readonly takenBack: TakenBack | undefined;
  /** The revision that runs at the end, and what Helm says of it. */
  readonly final: { readonly revision: number; readonly status: string } | undefined;
  readonly deploymentId: number | undefined;
  /** Where the record lies as JSON, for the workflow to upload. */
  readonly recordFile: string;
}

/** Ships a chart, watches it become ready, reads back what runs, and takes it back when it does not hold. */
export async function deployHelm(inputs: Inputs, ports: Ports): Promise<DeployResult> {
  const startedAt = ports.clock.now();
  const since = (): Milliseconds => ports.clock.now() - startedAt;

  const plan = await ports.log.group('Preflight and plan', () => planned(inputs, ports));
  if (inputs.dryRun)
    return { result: 'success', reason: 'dry run: nothing was changed', plan, duration: since() };
  if (inputs.ifUnchanged === 'skip' && (await alreadyRuns(plan, inputs, ports))) {
    return {
      result: 'skipped',
      reason: `revision ${plan.previous?.revision} runs exactly this, was verified, and is ready now`,
      plan,
      duration: since(),
    };
  }
  for (const step of plan.preparations) await prepare(step, ports);

  const lockOptions: LockOptions = {
    timeout: inputs.lockTimeout,
    takeover: inputs.lockTakeover,
    signal: ports.signal,
    onWaiting: (holder, waited) =>
      ports.log.info(`${formatDuration(waited)}  waiting for the lock: ${holder} holds it`),
  };
  let unfinished: Unfinished | undefined;
  const shipLocked = async (lock: Lock): Promise<DeployResult> => {
    unfinished = Unfinished.lock(inputs, ports);
    try {
      const current = await stillTrue(plan, inputs, ports);
      const done = await ship(current, lock, unfinished, inputs, ports);
      unfinished.over();
      return { ...outcomeOf(done, current), plan: current, duration: since(), done };
    } catch (error) {
      // Not knowing is no reason to undo; what ended in any other way, post takes back.
      if (error instanceof UnreachableError) unfinished.unknown();
      else if (!unfinished.hasBegun && !(error instanceof CancelledError)) unfinished.over();
      throw error;
    }
  };
  const keepsLock = (): boolean => unfinished?.isOver === false;
  return withLock(ports.locks, inputs.release, ports.holder, lockOptions, shipLocked, keepsLock);
}

/** From the first write to the last: record, apply, proof, and the way back when it does not hold. */
async function ship(
  plan: Plan,
  lock: Lock,
  unfinished: Unfinished,
  inputs: Inputs,
  ports: Ports,
): Promise<Done> {
  // The watches open while the way back is looked for and the record is written.
  using watches = new DisposableStack();
  const { gated, advisory } = plan;
  const following = watches.adopt(
    ports.watcher.follow(gated, { advisory, onProgress: ports.progress }),
    (open) => open.close(),
  );
  const before = await findWayBack(plan, inputs, ports);
  const journal = await Journal.open(releaseDraft(plan, before.records, inputs, ports), { ...ports, lock });
  unfinished.begin(journal.record, plan, before);
  const deployment = announceDeployment(plan, journal.record, inputs, ports, (id) =>
    unfinished.announced(id),
  );
  const applied = await apply(plan, following, journal, inputs, ports);
  const { verdict, running } = await prove(plan, applied, journal, inputs, ports);
  await journal.write((now) => settled(now, verdict, running, ports.actor));
  const failed = { verdict, revision: applied.revision, wasDeployed: plan.previous?.revision };
  const takenBack =
    verdict.outcome === 'fail' ? await takeBack(failed, before, journal, inputs, ports) : undefined;

  const deploymentId = await closeDeployment(deployment, journal.record, verdict, inputs, ports);
  const record =
    deploymentId === undefined ? journal.record : await journal.write((now) => ({ ...now, deploymentId }));
  unfinished.onlyLock();
  const recordFile = ports.files.keep('record.json', JSON.stringify(record, undefined, 2));
  const [final] =
    takenBack === undefined && applied.release ? [applied.release] : await ports.history.list(inputs.release);
  await ports.records.prune(inputs.release);
  return { record, verdict, applied, running, takenBack, final, deploymentId, recordFile };
}

/** Another run may have shipped, or given up, while this one waited for the lock: then the plan is made again. */
async function stillTrue(plan: Plan, inputs: Inputs, ports: Ports): Promise<Plan> {
  const revisions = await ports.history.list(inputs.release);
  const sameHistory = (revisions[0]?.revision ?? 0) === plan.newest;
  if (sameHistory && deployedOf(revisions)?.revision === plan.previous?.revision) return plan;
  ports.log.info('the release changed while this run waited for the lock: planning again');
  return planned(inputs, ports);
}

async function planned(inputs: Inputs, ports: Ports): Promise<Plan> {
  const plan = await makePlan(inputs, ports);
  for (const line of planLines(plan)) ports.log.info(line);
  return plan;
}

async function alreadyRuns(plan: Plan, inputs: Inputs, ports: Ports): Promise<boolean> {
  const { previous, rendered, valuesHash, installedAt } = plan;
  if (previous === undefined || previous.manifest.trim() !== rendered.manifest.trim()) return false;
  const isThis = ({ revision, to }: ReleaseRecord): boolean =>
    revision === previous.revision && to.valuesHash === valuesHash && to.chartVersion === plan.chart.version;
  const records = ofInstallation(await ports.records.of(inputs.release), installedAt);
  if (!records.some((record) => isThis(record) && isVerified(record))) return false;
  return runsReady(previous, inputs, ports);
}

function outcomeOf(
  { verdict, takenBack, final }: Pick<Done, 'verdict' | 'takenBack' | 'final'>,
  plan: Plan,
): Result {
  const { name, namespace } = plan.intent.release;
  const release = `${name} ${plan.chart.version} in ${namespace}`;
  if (verdict.outcome === 'pass')
    return { result: 'success', reason: `${release} runs as revision ${final?.revision}: ${verdict.reason}` };
  if (verdict.outcome === 'inconclusive')
    return { result: 'inconclusive', reason: `${release}: ${verdict.reason}` };
  const after = takenBack === undefined ? '' : `; ${takenBack.kind}: ${takenBack.detail}`;
  return { result: 'failure', reason: `${release}: ${verdict.reason}${after}` };
}
