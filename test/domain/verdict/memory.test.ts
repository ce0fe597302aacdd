import { expect, test } from '@jest/globals';
import { PodMemory } from '../../../lib/domain/verdict/memory.ts';
import { app, backingOff, crashed, pod, restarted, running, stopped } from './rules/scene.ts';

test('however long a crash loop goes on, how it was before the release is remembered', () => {
  const memory = new PodMemory();
  memory.listed('shop', 5);
  memory.remember(pod(backingOff(3)), 1);
  memory.applied(10);
  for (let n = 3; n < 30; n++) {
    memory.remember(pod(restarted(n)), n * 20);
    memory.remember(pod(crashed(n + 1)), n * 20 + 1);
    memory.remember(pod(backingOff(n + 1)), n * 20 + 2);
  }
  expect(memory.failedRunsBefore(pod(app({})), 'app')).toBe(3);
});

test('a pod that came after the first look is the release’s own, although Helm was still applying', () => {
  const memory = new PodMemory();
  memory.listed('shop', 5);
  memory.remember(pod(crashed(1)), 6);
  memory.applied(10);
  expect(memory.failedRunsBefore(pod(app({})), 'app')).toBe(0);
});

test('an undo counts from its own apply', () => {
  const memory = new PodMemory();
  memory.listed('shop', 5);
  memory.applied(10);
  memory.remember(pod(backingOff(4)), 20);
  memory.applied(30);
  expect(memory.failedRunsBefore(pod(app({})), 'app')).toBe(4);
});

test('nobody has listed the pods: what was seen before the apply is what was there', () => {
  const memory = new PodMemory();
  memory.remember(pod(backingOff(2)), 6);
  memory.applied(10);
  expect(memory.failedRunsBefore(pod(app({})), 'app')).toBe(2);
});

test('the newest telling words stay, whatever the order in which states come', () => {
  const [first, second, third] = [
    pod(stopped('ErrImagePull', '503')),
    pod(stopped('ErrImagePull', 'not found')),
    pod(stopped('ImagePullBackOff', 'Back-off pulling image')),
  ];
  for (const order of [
    [first, second, third],
    [third, second, first],
    [second, first, third],
  ]) {
    const memory = new PodMemory();
    for (const state of order) memory.remember(state, 1);
    expect(memory.words('uid-Pod-web-a', 'app')).toMatchObject({
      reason: 'ErrImagePull',
      message: 'not found',
    });
  }
});

test('a pod that is gone is forgotten', () => {
  const memory = new PodMemory();
  memory.remember(pod(stopped('ErrImagePull', '503')), 1);
  memory.forget(pod(running()));
  expect(memory.words('uid-Pod-web-a', 'app')).toBeUndefined();
  expect(memory.bornAt('uid-Pod-web-a')).toBeUndefined();
});
