import type { Milliseconds } from '../../lib/domain/duration.ts';
import { TargetError, UnreachableError } from '../../lib/domain/errors.ts';
import { ofInstallation } from '../../lib/domain/record/installation.ts';
import { isVerified } from '../../lib/domain/record/transitions.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import { refusalOf } from '../../lib/domain/repair/next-step.ts';
import type { Aftermath } from '../../lib/domain/repair/owed.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import type { Verdict } from '../../lib/domain/verdict/types.ts';
import type { Lock } from '../../lib/ports/records.ts';
import type { Following } from '../../lib/ports/rollout.ts';
import type { Captured } from '../../lib/steps/evidence.ts';
import { Journal } from '../../lib/steps/journal.ts';
import { lockedForPost } from '../../lib/steps/locked.ts';
import { questionsAbout } from '../../lib/steps/questions.ts';
import type { ReadBack } from '../../lib/steps/read-back.ts';
import { refuseByHand, repair } from '../../lib/steps/repair.ts';
import { recordSchema } from '../../lib/steps/schema-record.ts';
import { untilAnnounced } from '../../lib/steps/tell-github.ts';
import type { Unfinished } from '../../lib/steps/unfinished.ts';
import { apply } from './ship/apply.ts';
import type { Applied } from './ship/apply.ts';
import { announceDeployment, closeDeployment } from './ship/deployment.ts';
import { gatherEvidence, secretsHidden } from './ship/evidence.ts';
import type { Inputs } from './inputs.ts';
import { leftBy } from './left.ts';
import type { Left } from './left.ts';
import { planLines } from './plan/lines.ts';
import { deployedOf, makePlan } from './plan/plan.ts';
import type { NoPlan, Plan } from './plan/plan.ts';
import type { Ports, Stopped } from './ports.ts';
import { prepare } from './plan/preparation.ts';
import { refuseDrift, refuseUnapproved } from './plan/approved.ts';
import { prove } from './ship/prove.ts';
import { releaseDraft, settled } from './record.ts';
import { nothingToCompare, whyUnread } from './undo/schema-ahead.ts';
import { takeBack, withReason } from './undo/take-back.ts';
import type { TakenBack } from './undo/take-back.ts';
import { findWayBack, runsReady } from './undo/way-back.ts';
import type { WayBack } from './undo/way-back.ts';

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
  /** What shows why it does not hold; absent when it does. */
  readonly evidence: Captured | undefined;
  readonly takenBack: TakenBack | undefined;
  /** The revision that runs at the end, and what Helm says of it. */
  readonly final: { readonly revision: number; readonly status: string } | undefined;
  /** Where the record lies as JSON, for the workflow to upload. */
  readonly recordFile: string;
}

/** Ships a chart, watches it become ready, reads back what runs, and takes it back when it does not hold. */
export async function deployHelm(inputs: Inputs, ports: Ports): Promise<DeployResult> {
  const startedAt = ports.clock.now();
  const since = (): Milliseconds => ports.clock.now() - startedAt;

  const plan = await ports.log.group('Preflight and plan', () => planned(inputs, ports));
  if ('stuck' in plan) await refuseStuck(plan, inputs, ports);
  else {
    const over = await nothingToDo(plan, inputs, ports);
    if (over !== undefined) return { ...over, plan, duration: since() };
    for (const step of plan.preparations) await prepare(step, ports);
  }

  return lockedForPost('deploy', leftBy(inputs, ports.holder), inputs, ports, async (lock, unfinished) => {
    try {
      const { past, refused } = await repair({ ...inputs, claims: 'close' }, lock, ports);
      if (refused !== undefined) throw refused;
      const current = await stillTrue(plan, past, inputs, ports);
      const done = await ship(current, past, lock, unfinished, inputs, ports);
      unfinished.over();
      return { ...outcomeOf(done, current), plan: current, duration: since(), done };
    } catch (error) {
      // Not knowing is no reason to undo; what ended in any other way, post takes back.
      if (error instanceof UnreachableError) unfinished.note({ unknown: true });
      throw error;
    }
  });
}

/** A release whose record is open: from here on post may have something to finish. */
interface Shipping {
  readonly plan: Plan;
  readonly before: WayBack;
  readonly journal: Journal;
  /** Of the GitHub Deployment, which is told of the end. */
  readonly announced: Promise<number | undefined>;
  readonly following: () => Following;
}

/** From the first write to the last: record, apply, proof, and the way back when it does not hold. */
async function ship(
  plan: Plan,
  past: Aftermath,
  lock: Lock,
  unfinished: Unfinished<Left>,
  inputs: Inputs,
  ports: Ports,
): Promise<Done> {
  using watches = new DisposableStack();
  const open = (): Following => watches.adopt(follow(plan, inputs, ports), (each) => each.close());
  // The watches open while the way back is looked for and the record is written; none stands open for a whole backup.
  const early = ports.beforehand === undefined ? open() : undefined;
  const before = await findWayBack(plan, past.records, inputs, ports);
  const journal = await Journal.open(releaseDraft(plan, before.records, inputs, ports), { ...ports, lock });
  for (const line of nothingToCompare(before, past, inputs, ports)) ports.log.warn(line);
  const { baseline } = before;
  unfinished.begin({ seq: journal.record.seq, baseline, installedAt: plan.installedAt });
  const announced = announceDeployment(plan, journal, inputs, ports);
  // Looked at in the end.
  announced.catch(() => undefined);
  const shipping = { plan, before, journal, announced, following: () => early ?? open() };
  try {
    return await shipBegun(shipping, unfinished, inputs, ports);
  } catch (error) {
    await untilAnnounced(announced, ports.clock);
    throw error;
  }
}

async function shipBegun(
  shipping: Shipping,
  unfinished: Unfinished<Left>,
  inputs: Inputs,
  ports: Ports,
): Promise<Done> {
  const { plan, before, journal, announced, following } = shipping;
  const stopped = await ports.beforehand?.(journal);
  const applied =
    stopped === undefined
      ? await apply(plan, following(), before.records, journal, inputs, ports)
      : neverApplied(stopped, ports);
  const { verdict, running } = await prove(plan, applied, journal, inputs, ports);
  // Before the undo, which destroys it.
  const [evidence] = await Promise.all([
    stopped === undefined ? gatherEvidence(plan, applied, verdict, ports) : undefined,
    journal.write((now) => settled(now, verdict, running, ports.actor)),
  ]);
  await recordSchema(journal.record, (change) => journal.write(change), ports);
  const takenBack =
    verdict.outcome === 'fail' ? await undo(shipping, applied, verdict, inputs, ports) : undefined;

  await closeDeployment(announced, journal, verdict, applied, ports);
  const { record } = journal;
  unfinished.onlyLock();
  const recordFile = ports.files.keep('record.json', JSON.stringify(record, undefined, 2));
  const [final] =
    takenBack === undefined && applied.release ? [applied.release] : await ports.history.list(inputs.release);
  await ports.records.prune(inputs.release);
  return { record, verdict, applied, running, evidence, takenBack, final, recordFile };
}

function undo(
  { plan, before, journal }: Shipping,
  { revision }: Applied,
  verdict: Verdict,
  inputs: Inputs,
  ports: Ports,
): Promise<TakenBack> {
  const failed = { verdict, revision, wasDeployed: plan.previous?.revision };
  return takeBack(failed, before, journal, inputs, ports).catch(withReason(verdict.reason));
}

/** What comes before helm did not hold: nothing of the release is in the cluster. */
const neverApplied = ({ reason }: Stopped, { clock }: Ports): Applied => ({
  verdict: { outcome: 'fail', reason, findings: [], at: clock.now(), workloads: [] },
  observations: [],
  running: [],
});

function follow(plan: Plan, { failFast }: Inputs, ports: Ports): Following {
  const { gated, advisory, objects } = plan;
  const questions = questionsAbout(objects, ports);
  const hide = secretsHidden(plan);
  return ports.watcher.follow(gated, { advisory, failFast, questions, hide, onProgress: ports.progress });
}

/**
 * Another run may have shipped, or given up, while this one waited for the lock, or what it left was put right: then
 * the plan is made again, unless it was approved over something else.
 */
async function stillTrue(plan: Plan | NoPlan, past: Aftermath, inputs: Inputs, ports: Ports): Promise<Plan> {
  refuseDrift(inputs, past);
  const { revisions } = past;
  const sameHistory = 'newest' in plan && (revisions[0]?.revision ?? 0) === plan.newest;
  if (sameHistory && deployedOf(revisions)?.revision === plan.previous?.revision) return plan;
  ports.log.info('the release changed while this run waited for the lock: planning again');
  const again = await planned(inputs, ports);
  if ('stuck' in again) throw refusalOf(inputs.release, again.stuck);
  return again;
}

async function planned(inputs: Inputs, ports: Ports): Promise<Plan | NoPlan> {
  const [made, unread] = await Promise.all([makePlan(inputs, ports), whyUnread(ports)]);
  if ('stuck' in made) return made;
  const approval = await refuseUnapproved(inputs, made, ports);
  const plan = {
    ...made,
    ...(approval === undefined ? {} : { approval }),
    warnings: [...made.warnings, ...unread],
  };
  for (const line of planLines(plan)) ports.log.info(line);
  return plan;
}

/** Goes on to the lock only where a run may be at work, or has left what can be put right. */
async function refuseStuck({ stuck }: NoPlan, { release, dryRun }: Inputs, ports: Ports): Promise<void> {
  await refuseByHand(release, stuck, ports);
  const { revision, status } = stuck;
  const why = `revision ${revision} is ${status}: a run is at work, or was killed`;
  if (!dryRun) return ports.log.info(`${why}; the plan is made when the lock is ours`);
  throw new TargetError(`${why}; Helm renders nothing meanwhile`, {
    subject: `release ${release.name} in namespace ${release.namespace}`,
    remedy: 'wait for it; without dry-run, what a dead run left is put right first',
  });
}

async function nothingToDo(plan: Plan, inputs: Inputs, ports: Ports): Promise<Result | undefined> {
  if (inputs.dryRun) return { result: 'success', reason: 'dry run: nothing was changed' };
  if (inputs.ifUnchanged !== 'skip' || !(await alreadyRuns(plan, inputs, ports))) return undefined;
  const reason = `revision ${plan.previous?.revision} runs exactly this, was verified, and is ready now`;
  return { result: 'skipped', reason };
}

async function alreadyRuns(plan: Plan, inputs: Inputs, ports: Ports): Promise<boolean> {
  const { previous, newest, rendered, valuesHash, installedAt } = plan;
  // A newer one that failed may have been left in place: what runs is not what Helm calls deployed.
  if (previous === undefined || previous.revision !== newest) return false;
  if (previous.manifest.trim() !== rendered.manifest.trim()) return false;
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
