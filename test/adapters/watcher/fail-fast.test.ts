import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import { rules } from '../../../lib/domain/verdict/rules/rules.ts';
import { object, owner } from '../../domain/workloads/objects.ts';
import { image, pod, ready, replayed, runs, stuck, web } from './stuck.ts';

test('an absence that the registry confirms is called a second after its first proof', async () => {
  const scene = await stuck(pod('ContainerCreating'));
  scene.answers.set('manifest', 'absent');
  await scene.clock.pass(5_000);
  expect(scene.asked).toEqual([]);

  scene.api.put(pod('ErrImagePull', 'not found'));
  await scene.clock.pass(10_000);

  expect(scene.asked).toEqual([`5s manifest ${image} shop`, `6s manifest ${image} shop again`]);
  const verdict = scene.verdict();
  expect(verdict).toMatchObject({
    outcome: 'fail',
    reason: 'Pod shop/web-a: the registry does not have it',
  });
  expect(scene.second(verdict?.at)).toBe(6);
  expect(replayed(scene.following)).toEqual(verdict);
});

test('a registry that cannot tell is asked again, seldom, until it can', async () => {
  const scene = await stuck(pod('ErrImagePull', 'not found'));
  await scene.clock.pass(15_000);
  scene.answers.set('manifest', 'absent');
  await scene.clock.pass(10_000);
  expect(scene.asked).toEqual([
    ...[0, 10, 20].map((second) => `${second}s manifest ${image} shop`),
    `21s manifest ${image} shop again`,
  ]);
  expect(scene.verdict()).toMatchObject({ outcome: 'fail' });
  expect(scene.second(scene.verdict()?.at)).toBe(21);
  expect(replayed(scene.following)).toEqual(scene.verdict());
});

test('a busy registry is waited for, and asked seldom', async () => {
  const scene = await stuck(pod('ErrImagePull', '503 Service Unavailable'));
  await scene.clock.pass(9_000);
  expect(scene.asked).toEqual([`0s manifest ${image} shop`]);
  expect(scene.verdict()).toBeUndefined();
  scene.api.put(runs);
  scene.api.put(ready);
  await scene.clock.pass(10);
  expect(scene.verdict()).toMatchObject({ outcome: 'pass' });
  expect(scene.likely).toEqual([['not pulled'], []]);
  expect(replayed(scene.following)).toEqual(scene.verdict());
});

test.each([
  ['strict', 10],
  ['balanced', 30],
  ['off', 300],
] as const)('what stands is called at the end of its grace: %s', async (failFast, seconds) => {
  const scene = await stuck(pod('ErrImagePull'), { failFast });
  await scene.clock.pass(seconds * 1_000 - 100);
  expect(scene.verdict()).toBeUndefined();
  await scene.clock.pass(200);
  expect(scene.verdict()).toMatchObject({ outcome: 'fail' });
  expect(scene.second(scene.verdict()?.at)).toBe(seconds);
  expect(scene.likely.at(-1)).toBeUndefined();
  expect(scene.following.observations.at(-1)).toEqual({ kind: 'time', at: scene.verdict()?.at });
  expect(replayed(scene.following)).toEqual(scene.verdict());
});

test('what clears is not called, and begins anew when it comes back', async () => {
  const scene = await stuck(pod('ErrImagePull'));
  await scene.clock.pass(25_000);
  scene.api.put(pod('ContainerCreating'));
  await scene.clock.pass(1_000);
  scene.api.put(pod('ErrImagePull'));
  await scene.clock.pass(29_000);
  expect(scene.verdict()).toBeUndefined();
  expect(scene.likely).toEqual([['not pulled'], [], ['not pulled']]);
  await scene.clock.pass(2_000);
  expect(scene.second(scene.verdict()?.at)).toBe(56);
});

test('an object is asked for until it is there; only what changes is told', async () => {
  const scene = await stuck(pod('CreateContainerConfigError'));
  await scene.clock.pass(3_500);
  scene.answers.set('object', 'absent');
  await scene.clock.pass(6_000);
  scene.answers.set('object', 'present');
  await scene.clock.pass(12_000);
  expect(scene.asked).toEqual([0, 3, 6, 9, 12].map((second) => `${second}s object Secret shop/db`));
  expect(scene.likely).toEqual([
    ['secret is not known'],
    ['secret is unknown'],
    ['secret is absent'],
    ['secret is present'],
  ]);
});

test('nothing is asked of what nothing leans on any more, nor after the verdict', async () => {
  const scene = await stuck(pod('CreateContainerConfigError'));
  scene.answers.set('object', 'absent');
  await scene.clock.pass(4_000);
  scene.api.put(pod('ContainerCreating'));
  await scene.clock.pass(20_000);
  expect(scene.asked).toHaveLength(2);
  scene.api.put(pod('CreateContainerConfigError'));
  await scene.clock.pass(7_000);
  expect(scene.asked).toHaveLength(5);
  scene.api.put(runs);
  scene.api.put(ready);
  await scene.clock.pass(30_000);
  expect(scene.verdict()).toMatchObject({ outcome: 'pass' });
  expect(scene.asked).toHaveLength(5);
  expect(replayed(scene.following)).toEqual(scene.verdict());
});

test('an answer that breaks down is no answer', async () => {
  const scene = await stuck(pod('CreateContainerConfigError'));
  scene.answers.set('object', 'broken');
  await scene.clock.pass(3_000);
  expect(scene.likely.at(-1)).toEqual(['secret is unknown']);
});

test('an API that is lost during a grace calls nothing; what has cleared meanwhile stays uncalled', async () => {
  const scene = await stuck(pod('ErrImagePull'));
  await scene.clock.pass(10_000);
  scene.api.lose();
  await scene.clock.pass(60_000);
  expect(scene.verdict()).toBeUndefined();
  scene.api.put(runs);
  scene.api.put(ready);
  scene.api.reconnect();
  await scene.clock.pass(1_000);
  expect(scene.verdict()).toMatchObject({ outcome: 'pass' });
  expect(replayed(scene.following)).toEqual(scene.verdict());
});

test('what stands when the API comes back is called then', async () => {
  const scene = await stuck(pod('ErrImagePull'));
  await scene.clock.pass(10_000);
  scene.api.lose();
  await scene.clock.pass(60_000);
  scene.api.reconnect();
  await scene.clock.pass(1_000);
  expect(scene.verdict()).toMatchObject({ outcome: 'fail', reason: 'Pod shop/web-a: not pulled' });
  expect(scene.second(scene.verdict()?.at)).toBe(70);
});

test('a grace that ends in silence calls nothing until the API has answered', async () => {
  const scene = await stuck(pod('ErrImagePull'));
  await scene.clock.pass(20_000);
  scene.api.state = 'down';
  await scene.clock.pass(20_000);
  expect(scene.verdict()).toBeUndefined();
  expect(scene.warnings).toEqual([expect.stringContaining('cannot see')]);
  scene.api.state = 'up';
  await scene.clock.pass(2_000);
  expect(scene.verdict()).toMatchObject({ outcome: 'fail', reason: 'Pod shop/web-a: not pulled' });
  expect(replayed(scene.following)).toEqual(scene.verdict());
});

test('a watch that has stalled calls nothing that has cleared', async () => {
  const scene = await stuck(pod('ErrImagePull'));
  await scene.clock.pass(20_000);
  scene.api.put(runs, { silently: true });
  scene.api.put(ready, { silently: true });
  await scene.clock.pass(11_000);
  expect(scene.verdict()).toMatchObject({ outcome: 'pass' });
});

test('the recording keeps what the patience was counted from, however much came after', async () => {
  const scene = await stuck(pod('ContainerCreating'));
  await scene.clock.pass(3_000);
  for (let second = 0; second < 29; second++) {
    scene.api.put(pod(second % 2 === 0 ? 'ErrImagePull' : 'ImagePullBackOff', `try ${second}`));
    await scene.clock.pass(1_000);
  }
  await scene.clock.pass(2_000);
  const verdict = scene.verdict();
  expect(scene.second(verdict?.at)).toBe(33);
  const states = scene.following.observations.filter(({ kind }) => kind === 'object');
  expect(states.length).toBeLessThan(15);
  expect(replayed(scene.following)).toEqual(verdict);
});

test('what was answered about an earlier release says nothing of the next', async () => {
  const scene = await stuck(pod('ContainerCreating'));
  scene.answers.set('manifest', 'absent');
  scene.api.put(pod('ErrImagePull', 'not found'));
  await scene.clock.pass(5_000);
  expect(scene.verdict()).toMatchObject({ outcome: 'fail' });
  scene.answers.set('manifest', 'unknown');
  await scene.following.applied([web]);
  const asked = scene.asked.length;
  const next = scene.following.verdict(10_000);
  await scene.clock.pass(5_000);
  expect(scene.asked).toHaveLength(asked + 1);
  scene.api.put(runs);
  scene.api.put(ready);
  await scene.clock.pass(1_000);
  expect(await next).toMatchObject({ outcome: 'pass' });
});

/** A pod whose container `app` waits so, having ended so often. */
function container(reason: string, message: string, restartCount = 0): KubeObject {
  const ended = { terminated: { exitCode: 1, reason: 'Error' } };
  const last = restartCount === 0 ? {} : { lastState: ended };
  const state = { waiting: { reason, message } };
  return object('v1', 'Pod', 'web-a', {
    meta: owner('ReplicaSet', 'web-new'),
    spec: { containers: [{ name: 'app', image }] },
    status: {
      phase: 'Pending',
      containerStatuses: [{ name: 'app', ready: false, restartCount, state, ...last }],
    },
  });
}

test.each<[string, number, string, KubeObject[]]>([
  [
    'an image that its registry does not have',
    2,
    `pod web-a container app: ghcr.io does not have acme/shop:2`,
    [container('ErrImagePull', `failed to pull: ${image}: not found`), container('ImagePullBackOff', '')],
  ],
  [
    'a crash loop',
    2,
    'pod web-a container app:',
    [1, 2].map((restarts) => container('CrashLoopBackOff', 'back-off', restarts)),
  ],
  [
    'a Secret that is not there',
    31,
    'pod web-a container app: Secret shop/db does not exist',
    [container('CreateContainerConfigError', 'secret "db" not found')],
  ],
])('by the rules that there are: %s, called after %d s', async (_, seconds, cause, states) => {
  const scene = await stuck(container('ContainerCreating', ''), { rules });
  scene.answers.set('manifest', 'absent').set('object', 'absent');
  for (const state of states) {
    await scene.clock.pass(1_000);
    scene.api.put(state);
  }
  await scene.clock.pass(60_000);
  const verdict = scene.verdict();
  expect(verdict).toMatchObject({ outcome: 'fail', reason: expect.stringContaining(cause) });
  expect(scene.second(verdict?.at)).toBe(seconds);
  expect(replayed(scene.following, rules)).toEqual(verdict);
});

test('who joins late says so to whoever replays it', async () => {
  const scene = await stuck(pod('ErrImagePull'), { joinsLate: true });
  expect(scene.following.expectation).toMatchObject({ joinsLate: true });
  const other = await stuck(pod('ErrImagePull'));
  expect(other.following.expectation).not.toHaveProperty('joinsLate');
});
