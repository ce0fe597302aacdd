import { expect, test } from '@jest/globals';
import { both, judged, pod, rollOut, running, see, stopped, up, when, type Row } from './scene.ts';

const root = 'container has runAsNonRoot and image will run as root (pod: "web-a_shop(u)", container: app)';
const noNumber =
  'container has runAsNonRoot and image has non-numeric user (nobody), cannot verify user is non-root (pod: "web-a_shop(u)", container: app)';
const busy = 'context deadline exceeded';
const says = (second: number, message: string, reason = 'CreateContainerConfigError') =>
  see(second, pod(stopped(reason, message)));

const rows: Row[] = [
  ['its image runs as root, which its pod forbids', 'fail 3s', 'fail 3s', rollOut(says(3, root))],
  ['its image names its user', 'fail 3s', 'fail 3s', rollOut(says(3, noNumber))],
  ['a runtime that is busy', 'fail 63s', 'fail 183s', rollOut(says(3, busy, 'CreateContainerError'))],
  [
    'a runtime that was busy',
    'pass 50s',
    'pass 50s',
    rollOut(says(3, busy, 'CreateContainerError'), see(40, pod(running({ ready: true }))), up(50)),
  ],
];

test.each(rows)('%s: strict %s, balanced %s', (...row) => {
  expect(both(row)).toEqual([row[1], row[2]]);
});

test('what is missing is told by the rule that knows more of it', () => {
  const { findings } = judged(rollOut(says(3, 'secret "db" not found')));
  expect(findings.map(({ rule }) => rule)).not.toContain('NotCreated');
});

test('off waits for what may pass, not for what cannot', () => {
  expect(when(rollOut(says(3, root)), 'off')).toBe('fail 3s');
  expect(when(rollOut(says(3, busy, 'CreateContainerError')), 'off')).toBe('late');
});

test('the cause says what is wrong, once', () => {
  const { reason } = judged(rollOut(says(3, root)));
  expect(reason).toMatch(
    /container app cannot be created: container has runAsNonRoot and image will run as root$/,
  );
});
