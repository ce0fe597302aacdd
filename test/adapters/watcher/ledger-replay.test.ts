/** What the ledger lets go of must not be what a verdict hangs on: random histories, judged live and from what was kept. */
import { expect, test } from '@jest/globals';
import { Judging } from '../../../lib/adapters/watcher/judging.ts';
import { Ledger } from '../../../lib/adapters/watcher/ledger.ts';
import { leftOut, replay } from '../../../lib/domain/verdict/replay.ts';
import { rules } from '../../../lib/domain/verdict/rules/rules.ts';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import { idOf } from '../../../lib/domain/workloads/kind.ts';
import {
  objectKey,
  type Expectation,
  type Observation,
  type Verdict,
} from '../../../lib/domain/verdict/types.ts';
import { expectationOf, history, randomOf } from '../../domain/verdict/histories.ts';
import {
  backingOff,
  crashed,
  deployment,
  pod,
  restarted,
  rollOut,
  running,
  see,
  up,
} from '../../domain/verdict/rules/scene.ts';
import { web } from '../../domain/verdict/rollout.ts';
import { object, owner } from '../../domain/workloads/objects.ts';

/** As the watcher does it: everything goes through the ledger, and it is judged at each moment and when it is due. */
async function follow(
  expectation: Expectation,
  observations: readonly Observation[],
): Promise<{ verdict: Verdict; ledger: Ledger }> {
  const ledger = new Ledger();
  let due = Infinity;
  const judging = new Judging({
    expectation,
    rules,
    seen: [],
    clock: { now: () => 0, sleep: () => new Promise(() => undefined) },
    onProgress: () => undefined,
    onTurn: () => ledger.turnPage(),
    onProbes: () => undefined,
    onDue: (at) => (due = at),
    onTime: () => undefined,
  });
  let verdict: Verdict | undefined;
  void judging.verdict.then((given) => (verdict = given));
  const judge = async (at: number): Promise<void> => {
    judging.judge(at);
    await Promise.resolve();
  };
  const wakeBefore = async (next: number): Promise<void> => {
    const at = due;
    if (verdict !== undefined || at >= next) return;
    ledger.add({ at, kind: 'time' });
    await judge(at);
    await wakeBefore(next);
  };
  for (const [at, moment] of Map.groupBy(observations, (each) => each.at)) {
    await wakeBefore(at);
    if (verdict !== undefined) break;
    for (const each of moment) {
      ledger.add(each);
      judging.observe(each);
      if (each.kind === 'applied') ledger.turnPage();
    }
    await judge(at);
  }
  await wakeBefore(Infinity);
  return { verdict: await judging.verdict, ledger };
}

const sameCall = ({ outcome, reason, at }: Verdict): object => ({ outcome, reason, at });
const sizeOf = (observations: readonly Observation[]): number => JSON.stringify(observations).length;

/** In the histories a pod may change its owner, which no pod does. */
const faithful = (each: Observation): Observation =>
  each.kind === 'object' && each.object.kind === 'Pod'
    ? {
        ...each,
        object: { ...each.object, metadata: { ...each.object.metadata, ...owner('ReplicaSet', 'web-a') } },
      }
    : each;

test('of random histories', async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const expectation = expectationOf(seed);
    const { verdict, ledger } = await follow(expectation, history(randomOf(seed)).flat().map(faithful));
    const kept = ledger.about(new Set(expectation.gated.map(objectKey)));
    const again = replay(expectation, kept);
    expect({ seed, ...(again && sameCall(again)) }).toEqual({ seed, ...sameCall(verdict) });
  }
});

/** Many small changes of a pod between its crashes: the states that clocks began in are long gone from the newest few. */
const crashing = [1, 2].flatMap((n) =>
  [
    see(20 * n, pod(restarted(n - 1))),
    see(20 * n + 2, pod(crashed(n))),
    ...Array.from({ length: 9 }, (_, tick) =>
      see(20 * n + 3 + tick, pod(restarted(n, { ready: tick > 3, tick, lastState: lasted(n) }))),
    ),
  ].flat(),
);
function lasted(n: number): object {
  const at = (second: number) => new Date(second * 1_000).toISOString();
  return { terminated: { exitCode: 1, startedAt: at(20 * n), finishedAt: at(20 * n + 15) } };
}

test.each([Infinity, 9_000])('of a crash that it outlives, within %d characters', async (limit) => {
  const expectation = { gated: [web], deadline: 600_000, timeout: 600_000, failFast: 'balanced' } as const;
  const observations = rollOut(see(2, pod(running())), crashing, up(46)).toSorted((a, b) => a.at - b.at);
  const { verdict, ledger } = await follow(expectation, observations);
  const kept = ledger.about(new Set([objectKey(web)]), limit);
  expect(sameCall(verdict)).toMatchObject({ outcome: 'pass', at: 63_000 });
  expect(replay(expectation, kept)).toEqual(verdict);
  expect(leftOut(kept)).toBeUndefined();
  expect(sizeOf(kept)).toBeLessThan(sizeOf(observations));
});

/** It is ready from 31.5s on, and changes in small ways until its app's next run has crashed. */
const database = (status: object): KubeObject =>
  object('apps/v1', 'Deployment', 'db', {
    spec: { replicas: 1 },
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, ...status },
  });

test('of an app that was excused until its database was ready', async () => {
  const db = database({});
  const expectation = {
    gated: [web, idOf(db)],
    deadline: 600_000,
    timeout: 600_000,
    failFast: 'balanced',
  } as const;
  const observations = rollOut(
    see(1, database({})),
    see(2, pod(running())),
    see(5, pod(backingOff(2))),
    see(16, pod(backingOff(3))),
    ...Array.from({ length: 8 }, (_, tick) => see(31.5 + tick / 2, database({ availableReplicas: 1, tick }))),
    see(35, pod(restarted(3))),
    see(36, pod(backingOff(4))),
  ).toSorted((a, b) => a.at - b.at);
  const { verdict, ledger } = await follow(expectation, observations);
  expect(sameCall(verdict)).toMatchObject({ outcome: 'fail', at: 36_000 });
  expect(replay(expectation, ledger.about(new Set(expectation.gated.map(objectKey))))).toEqual(verdict);
});

test('what is too large even so says how much is missing, and still plays', () => {
  const ledger = new Ledger();
  for (const each of rollOut(see(2, pod(running())), crashing, see(70, deployment()))) ledger.add(each);
  const kept = ledger.about(new Set([objectKey(web)]), 100);
  expect(kept[0]).toMatchObject({ kind: 'left-out', at: 0 });
  expect(leftOut(kept)).toMatch(/^left out \d+ observations, the release is too large/);
  const expectation = { gated: [web], deadline: 600_000, timeout: 600_000 };
  expect(replay(expectation, kept)).toMatchObject({ outcome: 'fail' });
});
