/** What must hold for every history, tried on a few hundred random ones (seeded: a failure can be repeated). */
import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import { createEngine } from '../../../lib/domain/verdict/engine.ts';
import { replay } from '../../../lib/domain/verdict/replay.ts';
import type { Rule } from '../../../lib/domain/verdict/rules/rule.ts';
import type { Finding, Observation, Verdict } from '../../../lib/domain/verdict/types.ts';
import { deploymentOf, podOf, replicaSetOf } from '../workloads/objects.ts';
import { chance, expectationOf, history, randomOf, shuffled } from './histories.ts';
import { applied, live, saw, web } from './rollout.ts';

const seeds = Array.from({ length: 250 }, (_, index) => index + 1);

/** The one that decided, where one did. */
const decisive = ({ findings, reason }: Verdict): Finding | undefined =>
  findings.find(({ subject, cause }) => reason === `${subject}: ${cause}`);

const tally = (words: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]));

test('the histories are worth it: they end in every way, by many rules', () => {
  const verdicts = seeds.map((seed) => live(expectationOf(seed), history(randomOf(seed)).flat()).verdict);
  const outcomes = tally(verdicts.map((verdict) => verdict?.outcome ?? 'none'));
  expect(Object.keys(outcomes).toSorted()).toEqual(['fail', 'inconclusive', 'pass']);
  expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(5);
  const called = verdicts.flatMap((verdict) => (verdict === undefined ? [] : (decisive(verdict) ?? [])));
  const severities = tally(called.map(({ severity }) => severity));
  expect(Math.min(severities['terminal'] ?? 0, severities['likely'] ?? 0)).toBeGreaterThan(20);
  expect(Object.keys(tally(called.map(({ rule }) => rule))).length).toBeGreaterThanOrEqual(8);
});

test('the order of simultaneous observations does not matter', () => {
  for (const seed of seeds) {
    const random = randomOf(seed);
    const moments = history(random);
    const { verdict } = live(expectationOf(seed), moments.flat());
    for (let again = 0; again < 3; again++) {
      const other = live(
        expectationOf(seed),
        moments.flatMap((moment) => shuffled(random, moment)),
      );
      expect({ seed, verdict: other.verdict }).toEqual({ seed, verdict });
    }
  }
});

test('a replay of what was recorded gives the verdict that was given live', () => {
  for (const seed of seeds) {
    const { verdict, recorded } = live(expectationOf(seed), history(randomOf(seed)).flat());
    expect({ seed, verdict: replay(expectationOf(seed), recorded) }).toEqual({ seed, verdict });
  }
});

test('a verdict stays: terminal never turns to pass', () => {
  for (const seed of seeds) {
    const engine = createEngine(expectationOf(seed));
    let first: Verdict | undefined;
    for (const moment of history(randomOf(seed))) {
      for (const observation of moment) engine.observe(observation);
      const judgement = engine.judge(moment[0]?.at ?? 0);
      if (judgement.kind === 'verdict') first ??= judgement.verdict;
      if (first !== undefined) expect(judgement).toEqual({ kind: 'verdict', verdict: first });
    }
  }
});

test('what is likely is called when its time has come, and only if it has stood all the while', () => {
  for (const seed of seeds) {
    const told: { at: number; findings: readonly Finding[]; canTell: boolean }[] = [];
    const { verdict } = live(expectationOf(seed), history(randomOf(seed)).flat(), (judgement, at) => {
      const { findings, workloads } = judgement.kind === 'verdict' ? judgement.verdict : judgement;
      const canTell = workloads.every(({ blockedOn }) => !blockedOn.includes('has not looked'));
      told.push({ at, findings, canTell });
    });
    const call = verdict === undefined ? undefined : decisive(verdict);
    if (verdict === undefined || call?.severity !== 'likely') continue;
    expect({ seed, early: verdict.at < (call.callAt ?? Infinity) }).toEqual({ seed, early: false });
    const since = told.filter(({ at }) => at >= call.firstSeen);
    expect({ seed, at: since[0]?.at }).toEqual({ seed, at: call.firstSeen });
    const away = since.filter(
      ({ findings, canTell }) => canTell && !findings.some(({ rule }) => rule === call.rule),
    );
    // Between two back-offs a crash loop is out of sight for a while.
    if (call.rule === 'CrashLoop') continue;
    expect({ seed, rule: call.rule, away: away.length }).toEqual({ seed, rule: call.rule, away: 0 });
  }
});

test('off calls only what is certain', () => {
  for (const seed of seeds) {
    const { verdict } = live(
      { ...expectationOf(seed), failFast: 'off' },
      unannotated(history(randomOf(seed)).flat()),
    );
    if (verdict?.outcome !== 'fail' || verdict.at >= 300_000) continue;
    expect({ seed, severity: decisive(verdict)?.severity }).toEqual({ seed, severity: 'terminal' });
  }
});

const unannotated = (observations: readonly Observation[]): Observation[] =>
  observations.map((each) =>
    each.kind === 'object'
      ? {
          ...each,
          object: {
            ...each.object,
            metadata: { ...each.object.metadata, annotations: revisionOf(each.object) },
          },
        }
      : each,
  );

const revisionOf = ({ metadata: { annotations = {} } }: KubeObject): Record<string, string> =>
  Object.fromEntries(Object.entries(annotations).filter(([key]) => !key.startsWith('slipway')));

/** A pod is sick while its label says so; each has 30s to get well. */
const sickness: Rule = {
  name: 'Sick',
  severity: 'likely',
  kinds: ['apps/Deployment'],
  when: '',
  trap: '',
  detect: ({ pods }) =>
    pods
      .filter(({ metadata }) => metadata.labels?.['sick'] === 'yes')
      .map(({ metadata: { uid = '', name } }) => ({
        subject: name,
        cause: 'sick',
        proof: '',
        remedy: '',
        key: uid,
        grace: { balanced: 30_000 },
      })),
};

test('a reckoning by hand: called 30s after the first that does not get well, else never', () => {
  const names = ['a', 'b', 'c'];
  const outcomes: string[] = [];
  for (const seed of seeds) {
    const random = randomOf(seed);
    const observations: Observation[] = [
      saw(0, replicaSetOf('web-new', 2)),
      saw(0, deploymentOf({ replicas: 3 }, {})),
      applied(0),
    ];
    const sickSince = new Map<string, number>();
    let expected = 'out of time';
    for (let at = 1_000; at < 290_000; at += 1_000 + Math.floor(random() * 15_000)) {
      const due = Math.min(...[...sickSince.values()].map((since) => since + 30_000));
      if (expected === 'out of time' && due < at) expected = `called at ${due}`;
      for (const name of names) {
        if (chance(random, 0.5)) continue;
        const isSick = chance(random, 0.4);
        observations.push(
          saw(at, podOf(name, ['ReplicaSet', 'web-new'], {}, { labels: { sick: isSick ? 'yes' : 'no' } })),
        );
        if (!isSick) sickSince.delete(name);
        else if (!sickSince.has(name)) sickSince.set(name, at);
      }
      const dueNow = [...sickSince.values()].some((since) => since + 30_000 <= at);
      if (expected === 'out of time' && dueNow) expected = `called at ${at}`;
    }
    const last = Math.min(...[...sickSince.values()].map((since) => since + 30_000));
    if (expected === 'out of time' && last < 300_000) expected = `called at ${last}`;

    const expectation = { gated: [web], deadline: 300_000, timeout: 300_000, failFast: 'balanced' } as const;
    const { verdict } = live(expectation, observations, undefined, [sickness]);
    const outcome = verdict?.at === 300_000 ? 'out of time' : `called at ${verdict?.at}`;
    expect({ seed, outcome }).toEqual({ seed, outcome: expected });
    outcomes.push(outcome === 'out of time' ? outcome : 'called');
  }
  expect(Math.min(...Object.values(tally(outcomes)))).toBeGreaterThan(20);
});
