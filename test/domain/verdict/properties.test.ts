/** What must hold for every history, tried on a few hundred random ones (seeded: a failure can be repeated). */
import { expect, test } from '@jest/globals';
import type { KubeObject, ObjectId } from '../../../lib/domain/kubernetes.ts';
import { createEngine } from '../../../lib/domain/verdict/engine.ts';
import { replay } from '../../../lib/domain/verdict/replay.ts';
import type { Observation, Verdict } from '../../../lib/domain/verdict/types.ts';
import { idOf } from '../../../lib/domain/workloads/kind.ts';
import { object, podOf, readyPod, replicaSetOf, waiting, warning } from '../workloads/objects.ts';
import { applied, blind, expecting, gone, saw, sighted } from './rollout.ts';

type Random = () => number;

function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

const shuffled = <T>(random: Random, items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, rank: random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);

const chance = (random: Random, probability: number): boolean => random() < probability;

const web = (random: Random): KubeObject => {
  const generation = pick(random, [1, 2, 2, 2, 3]);
  const count = (): number => pick(random, [0, 1, 2, 2, 2]);
  return object('apps/v1', 'Deployment', 'web', {
    meta: { generation },
    spec: { replicas: 2, paused: chance(random, 0.05) },
    status: {
      observedGeneration: pick(random, [generation, generation, generation - 1]),
      replicas: count(),
      updatedReplicas: count(),
      availableReplicas: count(),
      conditions: chance(random, 0.1)
        ? [
            {
              type: 'Progressing',
              status: 'False',
              reason: 'ProgressDeadlineExceeded',
              lastUpdateTime: pick(random, ['a', 'b']),
            },
          ]
        : [],
    },
  });
};

const seed = (random: Random): KubeObject =>
  object('batch/v1', 'Job', 'seed', {
    meta: { uid: pick(random, ['one', 'two']) },
    status: {
      conditions: chance(random, 0.3)
        ? [{ type: pick(random, ['Complete', 'Complete', 'Failed']), status: 'True' }]
        : [],
    },
  });

const makers: readonly ((random: Random) => KubeObject)[] = [
  web,
  web,
  seed,
  (random) => replicaSetOf(pick(random, ['web-a', 'web-b']), pick(random, [1, 2])),
  (random) =>
    podOf(
      pick(random, ['p', 'q']),
      ['ReplicaSet', 'web-a'],
      pick(random, [readyPod, waiting('ErrImagePull', 'x')]),
    ),
  (random) => warning(podOf('p', ['ReplicaSet', 'web-a'], {}), 'FailedMount', pick(random, ['tls', 'ca'])),
];

const gated: ObjectId[] = [idOf(web(randomOf(1))), idOf(seed(randomOf(1)))];
const expectation = expecting(...gated);

/** Moments of one to four observations each; within a moment no object changes twice, for one watch keeps its order. */
function history(random: Random): Observation[][] {
  const moments: Observation[][] = [];
  const live = new Map<string, KubeObject>();
  for (let at = 10; at < 300; at += 10) {
    const touched = new Map<string, Observation>();
    for (let n = 1 + Math.floor(random() * 4); n > 0; n--) {
      const made = pick(random, makers)(random);
      const name = `${made.kind}/${made.metadata.name}`;
      const known = live.get(name);
      const goes = known !== undefined && made.kind !== 'Event' && chance(random, 0.1);
      if (goes) live.delete(name);
      else live.set(name, made);
      touched.set(name, goes ? gone(at, known) : saw(at, made));
    }
    const moment = [...touched.values()];
    if (at === 50)
      moment.push(applied(at, ...[...live.values()].filter(({ kind }) => kind === 'Deployment')));
    if (chance(random, 0.05))
      moment.push(
        pick(random, [blind(at), sighted(at), blind(at, 'lost', 'batch/Job'), sighted(at, 'batch/Job')]),
      );
    moments.push(moment);
  }
  return moments;
}

const seeds = Array.from({ length: 150 }, (_, index) => index + 1);

test('the order of simultaneous observations does not matter', () => {
  const outcomes = new Map<string, number>();
  for (const seed of seeds) {
    const random = randomOf(seed);
    const moments = history(random);
    const verdict = replay(expectation, moments.flat());
    for (let again = 0; again < 3; again++) {
      const other = replay(
        expectation,
        moments.flatMap((moment) => shuffled(random, moment)),
      );
      expect({ seed, verdict: other }).toEqual({ seed, verdict });
    }
    const outcome = verdict?.outcome ?? 'none';
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  // Histories that all end alike would prove nothing.
  expect([...outcomes.keys()].toSorted()).toEqual(['fail', 'inconclusive', 'pass']);
  expect(Math.min(...outcomes.values())).toBeGreaterThan(5);
});

test('a replay of what was recorded gives the verdict that was given live', () => {
  for (const seed of seeds) {
    const moments = history(randomOf(seed));
    const engine = createEngine(expectation);
    const recorded: Observation[] = [];
    let live: Verdict | undefined;
    for (const moment of moments) {
      for (const observation of moment) {
        recorded.push(observation);
        engine.observe(observation);
      }
      const judgement = engine.judge(moment[0]?.at ?? 0);
      if (judgement.kind === 'verdict') live = judgement.verdict;
      if (live !== undefined) break;
    }
    const last = engine.judge(expectation.deadline);
    live ??= last.kind === 'verdict' ? last.verdict : undefined;
    expect({ seed, verdict: replay(expectation, recorded) }).toEqual({ seed, verdict: live });
  }
});

test('a verdict stays: terminal never turns to pass', () => {
  let terminal = 0;
  for (const seed of seeds) {
    const engine = createEngine(expectation);
    let first: Verdict | undefined;
    for (const moment of history(randomOf(seed))) {
      for (const observation of moment) engine.observe(observation);
      const judgement = engine.judge(moment[0]?.at ?? 0);
      if (judgement.kind === 'verdict') first ??= judgement.verdict;
      if (first !== undefined) expect(judgement).toEqual({ kind: 'verdict', verdict: first });
    }
    if (first?.outcome === 'fail') terminal += 1;
  }
  expect(terminal).toBeGreaterThan(5);
});
