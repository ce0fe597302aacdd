import { expect, test } from '@jest/globals';
import { eventsAbout, releaseEvents } from '../../../lib/domain/evidence/events.ts';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import { crashing, newSet, watched } from './rollout.ts';

let version = 5_000;

/** As the kubelet writes it: the same object again, with another count. */
const event = (about: KubeObject, reason: string, message: string, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: {
    name: `${about.metadata.name}.17f${reason}`,
    namespace: 'shop',
    uid: `uid-${about.metadata.name}-${reason}`,
    resourceVersion: String(version++),
  },
  type: 'Warning',
  reason,
  message,
  involvedObject: { kind: about.kind, name: about.metadata.name, uid: about.metadata.uid },
  ...more,
});

const a = crashing('web-new-a');
const b = crashing('web-new-b');
const backOff = (pod: KubeObject, count: number): KubeObject =>
  event(
    pod,
    'BackOff',
    `Back-off restarting failed container app in pod ${pod.metadata.name}_shop(${pod.metadata.uid})`,
    { count },
  );

/** `BackOff ×3 00:00:01–00:00:03`, seconds after 1970 began. */
const told = (events: readonly KubeObject[], ...about: KubeObject[]): string[] =>
  eventsAbout(about, releaseEvents(watched([], events))).map(
    ({ reason, count, first, last }) => `${reason} ×${count} ${first.slice(11, 19)}–${last.slice(11, 19)}`,
  );

test('one that repeats itself is told once, with how often and since when', () => {
  expect(told([backOff(a, 1), backOff(a, 2), backOff(a, 3)], a)).toEqual(['BackOff ×3 00:00:01–00:00:03']);
});

test('what several pods say alike is told once', () => {
  expect(told([backOff(a, 2), backOff(b, 5)], a, b)).toEqual(['BackOff ×7 00:00:01–00:00:02']);
});

test('what an object was warned of in an earlier release does not count', () => {
  const refused = (count: number): KubeObject => event(newSet, 'FailedCreate', 'exceeded quota', { count });
  expect(told([refused(8), refused(9)], newSet)).toEqual(['FailedCreate ×2 00:00:01–00:00:02']);
  // Pods are of this release: one of whose warnings came too fast to be seen one by one has them all.
  expect(told([backOff(a, 4)], a)).toEqual(['BackOff ×4 00:00:01–00:00:01']);
});

test.each([
  ['events.k8s.io counts in its series', { series: { count: 4 } }, 4],
  ['the first of a series has no count', {}, 1],
])('%s', (_, how, count) => {
  const unhealthy = event(a, 'Unhealthy', 'Readiness probe failed', how);
  expect(eventsAbout([a], releaseEvents(watched([], [unhealthy])))).toMatchObject([{ count }]);
});

test('only warnings, and only about what is looked at, in order of time', () => {
  const other = crashing('api-new-a');
  const scaled = event(a, 'TriggeredScaleUp', 'a node comes', { type: 'Normal' });
  const mount = event(a, 'FailedMount', 'secret "db" not found');
  expect(told([mount, scaled, backOff(other, 1), backOff(a, 1)], a)).toEqual([
    'FailedMount ×1 00:00:01–00:00:01',
    'BackOff ×1 00:00:04–00:00:04',
  ]);
});

test('states that arrive late take nothing back', () => {
  const [first, second] = [backOff(a, 1), backOff(a, 2)];
  expect(told([second, first], a)).toEqual(['BackOff ×2 00:00:01–00:00:02']);
});

test('a registry’s 429, which may name the user, is not repeated', () => {
  const message =
    'Failed to pull image "docker.io/acme/shop:2": 429 Too Many Requests: You, acme-bot, have reached your limit';
  const [only] = eventsAbout([a], releaseEvents(watched([], [event(a, 'Failed', message)])));
  expect(only?.message).toBe('429 too many requests from docker.io');
});

test('twenty at most, the newest ones', () => {
  const many = Array.from({ length: 25 }, (_, index) => event(a, `Reason${index}`, 'why'));
  const shown = told(many, a);
  expect(shown).toHaveLength(20);
  expect(shown.at(-1)).toContain('Reason24');
});
