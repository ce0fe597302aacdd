/** One play of one case: a verified version, a deploy that is hit, post, and the next deploy. */
import { setTimeout as after } from 'node:timers/promises';
import type { ResultKind } from '../../lib/domain/report/result.ts';
import { serviceImage } from '../../test/e2e/support/release.ts';
import type { Ended, Running } from '../../test/support/runner.ts';
import type { Major } from '../../test/e2e/support/tools.ts';
import { orAborted } from '../kit/or-aborted.ts';
import { draw } from '../kit/draw.ts';
import { doubleUndo, endOf, leftIn, processesOf, rollbacks, stuckLock, stuckRelease } from './audit.ts';
import type { End } from './audit.ts';
import { release, seq } from './case.ts';
import type { Blow, Cues, Task } from './case.ts';
import { Stage } from './stage.ts';
import type { Deploying } from './stage.ts';
import { isReady, journalOf, recordOf, stateOf } from './state.ts';
import type { State } from './state.ts';

export interface Round {
  readonly phase: string;
  readonly blow: Blow;
  readonly index: number;
  readonly helm: Major;
  /** Draws that came too late: the step had ended. */
  readonly missed: number;
  /** Milliseconds into the phase at which the blow fell. */
  readonly delay: number;
  /** Milliseconds from SIGINT to SIGTERM. */
  readonly untilTerm?: number;
  /** What the journal said as the blow fell. */
  readonly landed: string;
  readonly main: number | string;
  /** From the blow to the end of main, milliseconds. */
  readonly took: number;
  readonly post?: number | string;
  readonly stuckRelease?: string | undefined;
  readonly stuckLock?: string | undefined;
  readonly doubleUndo?: string | undefined;
  readonly left: readonly string[];
  /** How often Helm was told to go back. */
  readonly rollbacks: number;
  readonly ends: End;
  /** Deployments that GitHub still calls in progress at the very end. */
  readonly inProgress: number;
  readonly next: { readonly result: ResultKind | 'none'; readonly reason: string; readonly seconds: number };
  /** Where something is wrong: what the steps said. */
  readonly logs?: readonly string[];
  /** The bench itself stumbled: nothing was measured. */
  readonly trouble?: string;
}

const mostDraws = 6;

export async function play(task: Task, entry: string, signal: AbortSignal): Promise<Round> {
  for (let missed = 0; ; missed += 1) {
    await using stage = await Stage.open(task.helm, entry);
    const round = await orAborted(played(task, missed, stage), signal);
    if (round !== undefined) return round;
    if (missed >= mostDraws) throw new Error(`${mostDraws} draws came too late: the phase is too short`);
  }
}

/** Undefined when the step had ended before the blow. */
async function played(task: Task, missed: number, stage: Stage): Promise<Round | undefined> {
  const { phase, blow, index, helm } = task;
  const spot = phase.spots[index % phase.spots.length] ?? phase.spots[0];
  const lot = (what: string): number => draw(`${phase.id} ${blow} ${index} ${missed} ${what}`);
  await shipped(await stage.start(1, spot.base));
  const images = (await Promise.all([serviceImage('v1'), serviceImage('v2')])).map(({ pinned }) => pinned);

  const deploy = await stage.start(seq, spot.hit);
  await using _ = deploy.job;
  const delay = Math.round(lot('delay') * spot.within);
  await Promise.race([spot.begins(cuesOf(deploy, stage)), deploy.running.ended]);
  await after(delay);
  const landed = journalOf(await recordOf(seq, stage.place));
  if (await hasEnded(deploy.running)) return undefined;
  const untilTerm = phase.manner === 'second' ? Math.round(lot('term') * 7_000) : undefined;
  const struckAt = Date.now();
  const main = await strike(deploy.running, blow, untilTerm);
  const took = Date.now() - struckAt;
  if (blow === 'cancel' && main.exit === 0) return undefined;

  const post =
    blow === 'cancel'
      ? await runPost(main, phase.manner === 'post' ? lot('post') * 5_000 : undefined)
      : undefined;
  const between = await stateOf(stage.place);
  // Without a post, the successor puts right what is left; the runner empties RUNNER_TEMP. A post that was hit as its
  // node started never was one.
  const hadPost = post !== undefined && post.exit !== 'SIGINT';
  const leftByPost = hadPost ? [...(await leftIn(deploy.job.temp)), ...processesOf(deploy.job.temp)] : [];

  await stage.minutesLater(seq);
  const begun = Date.now();
  const following = await stage.start(3, { ...spot.base, values: { ...spot.base.values, faults: {} } });
  await using __ = following.job;
  const next = await following.running.ended;
  const seconds = (Date.now() - begun) / 1_000;
  const lastPost = await next.post();
  const finally_ = await stateOf(stage.place);
  const left = [
    ...leftByPost,
    ...processesOf(deploy.job.temp),
    ...(await leftIn(following.job.temp)),
    ...processesOf(following.job.temp),
  ];
  const audited = hadPost ? between : finally_;
  const round: Round = {
    phase: phase.id,
    blow,
    index,
    helm,
    missed,
    delay,
    ...(untilTerm === undefined ? {} : { untilTerm }),
    landed,
    main: main.exit,
    took,
    ...(post === undefined ? {} : { post: post.exit }),
    stuckRelease: stuckRelease(audited) ?? stuckRelease(finally_),
    stuckLock: stuckLock(audited) ?? stuckLock(finally_),
    doubleUndo: doubleUndo(finally_),
    left: [...new Set(left)],
    rollbacks: rollbacks(finally_).length,
    ends: shippedByPost(landed, between) ? 'neither' : endOf(between, images as [string, string]),
    inProgress: inProgress(stage),
    next: {
      result: (next.outputs['result'] ?? 'none') as ResultKind | 'none',
      reason: next.outputs['reason'] ?? '',
      seconds,
    },
  };
  if (isClean(round)) return round;
  const history = finally_.revisions.map((each) => JSON.stringify(each));
  const steps = [main, post, next, lastPost].map((step) => step?.shown ?? '');
  return { ...round, logs: [...steps, history.join('\n'), JSON.stringify(finally_.records)] };
}

/** Nothing was measured, for this reason. */
export const stumbled = ({ phase, blow, index, helm }: Task, error: unknown): Round => ({
  phase: phase.id,
  blow,
  index,
  helm,
  missed: 0,
  delay: 0,
  landed: '',
  main: '',
  took: 0,
  left: [],
  rollbacks: 0,
  ends: 'neither',
  inProgress: 0,
  next: { result: 'none', reason: '', seconds: 0 },
  trouble: error instanceof Error ? error.message : String(error),
});

/** Whether all of what was promised was kept. */
export const isClean = ({
  stuckRelease: release_,
  stuckLock: lock,
  doubleUndo: twice,
  left,
  ends,
  inProgress: open,
  next,
}: Round): boolean =>
  release_ === undefined &&
  lock === undefined &&
  twice === undefined &&
  left.length === 0 &&
  ends !== 'neither' &&
  open === 0 &&
  next.result === 'success';

async function shipped({ job, running }: Deploying): Promise<void> {
  await using _ = job;
  const ended = await running.ended;
  await ended.post();
  if (ended.exit !== 0) throw new Error(`the version before ended with ${ended.exit}:\n${ended.shown}`);
}

function cuesOf({ running }: Deploying, { place: { namespace } }: Stage): Cues {
  return {
    says: (text) => running.until((line) => line.includes(text)),
    locked: () =>
      namespace.until('coordination.k8s.io/v1 Lease', `slipway-${release}`, ({ spec }) =>
        JSON.stringify(spec).includes(`/${1_000 + seq}/`),
      ),
    record: (state) =>
      namespace.until(
        'v1 Secret',
        `slipway-${release}-${seq}`,
        ({ metadata }) => metadata.labels?.['slipway.dev/state'] === state,
      ),
    revision: () => namespace.until('v1 Secret', `sh.helm.release.v1.${release}.v${seq}`),
    ready: () =>
      namespace.until(
        'apps/v1 Deployment',
        release,
        (deployment) => (deployment.metadata['generation'] as number) >= seq && isReady(deployment),
      ),
  };
}

/** A job that was cancelled before anything had begun must not ship. */
const shippedByPost = (landed: string, { records }: Pick<State, 'records'>): boolean =>
  landed === 'no record' && records.some((each) => each.seq === seq && each.state !== 'abandoned');

/** Within a tick: an end that has come already. */
const hasEnded = (running: Running): Promise<boolean> =>
  Promise.race([running.ended.then(() => true), after(0).then(() => false)]);

function strike(running: Running, blow: Blow, untilTerm: number | undefined): Promise<Ended> {
  if (blow === 'tree') return running.killTree();
  if (blow === 'cancel') return running.cancel(untilTerm);
  process.kill(running.pid, 'SIGKILL');
  return running.ended;
}

/** With `endsAfter` (milliseconds) GitHub's five minutes are over in the middle of it. */
async function runPost(main: Ended, endsAfter: number | undefined): Promise<Ended> {
  const running = main.startPost();
  if (endsAfter === undefined) return running.ended;
  await Promise.race([after(endsAfter), running.ended]);
  return running.cancel();
}

/** What GitHub's page shows in the end. */
function inProgress({ github }: Stage): number {
  const last = new Map<string, unknown>();
  for (const { operation, path, body } of github.recorded)
    if (operation === 'repos/create-deployment-status') last.set(path, (body as { state?: unknown }).state);
  return [...last.values()].filter((state) => state === 'in_progress').length;
}
