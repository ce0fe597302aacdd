import { expect, test } from '@jest/globals';
import type { ObjectMeta } from '../../../lib/domain/kubernetes.ts';
import { createEngine } from '../../../lib/domain/verdict/engine.ts';
import type { FailFast } from '../../../lib/domain/verdict/types.ts';
import { blind, sighted, web } from './rollout.ts';
import {
  backingOff,
  deployment,
  judged,
  pod,
  restarted,
  rollOut,
  running,
  see,
  stopped,
  up,
  when,
} from './rules/scene.ts';

const broken = stopped(
  'ErrImagePull',
  'pulling from host r.io failed with status code [manifests 2]: 503 Service Unavailable',
);
const saying = (failFast: string): Partial<ObjectMeta> => ({
  annotations: { 'deployment.kubernetes.io/revision': '2', 'slipway.dev/fail-fast': failFast },
});

test.each<[says: string, asked: FailFast, expected: string]>([
  ['strict', 'balanced', 'fail 32s'],
  ['balanced', 'strict', 'fail 182s'],
  ['off', 'strict', 'late'],
  ['strict', 'off', 'fail 32s'],
  ['45s', 'balanced', 'fail 47s'],
  ['45s', 'off', 'fail 47s'],
  ['soon', 'balanced', 'fail 182s'],
])('a workload that says %s, asked for %s → %s', (says, asked, expected) => {
  expect(when(rollOut(see(1.5, deployment({}, saying(says))), see(2, pod(broken))), asked)).toBe(expected);
});

test('one patience of its own also counts what a preset would never call', () => {
  const twice = rollOut(see(1.5, deployment({}, saying('5s'))), see(2, pod(backingOff(2))));
  expect(when(twice, 'balanced')).toBe('fail 7s');
});

test('while something cannot be seen nothing likely is called; when it can, what still stands is', () => {
  const lost = [blind(10_000, 'lost', '/Pod')];
  const observations = rollOut(see(2, pod(broken)), lost);
  expect(when(observations, 'strict')).toBe('late');
  expect(when([...observations, sighted(90_000, '/Pod')], 'strict')).toBe('fail 90s');
  const mended = [...see(90, pod(running())), sighted(90_000, '/Pod'), ...up(95)];
  expect(when([...observations, ...mended], 'strict')).toBe('pass 95s');
});

test('it asks to be woken when the next patience ends', () => {
  const engine = createEngine({ gated: [web], deadline: 600_000, timeout: 600_000, failFast: 'balanced' });
  for (const each of rollOut(see(2, pod(broken)))) engine.observe(each);
  expect(engine.judge(2_000)).toMatchObject({
    kind: 'waiting',
    until: 182_000,
    findings: [{ rule: 'ImageNotPulled', severity: 'likely', firstSeen: 2_000, callAt: 182_000 }],
  });
});

test('what is ready is not blamed for a surplus pod', () => {
  const observations = rollOut(
    see(2, pod(restarted(2, { ready: true })), pod(broken, { name: 'web-b' })),
    up(3),
  );
  expect(judged(observations, 'strict')).toMatchObject({ outcome: 'pass', findings: [] });
});
