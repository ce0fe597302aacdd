import { expect, test } from '@jest/globals';
import type { Finding, WorkloadProgress } from '../../lib/domain/verdict/types.ts';
import { progressSaid } from '../../lib/runtime/progress.ts';
import { ManualClock } from '../adapters/watcher/manual-clock.ts';

const web: WorkloadProgress = {
  id: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
  ready: false,
  done: 0,
  wanted: 1,
  blockedOn: 'pod web-a container app: exit 1',
};
const line = 'Deployment shop/web 0 of 1 ready, blocked on pod web-a container app: exit 1';

function listening() {
  const [clock, said] = [new ManualClock(), [] as string[]];
  const began = clock.now();
  const second = (): number => Math.round((clock.now() - began) / 1_000);
  const progress = progressSaid({ clock, log: { info: (text) => said.push(`${second()}s| ${text}`) } });
  const crash = (more: Partial<Finding> = {}): Finding => ({
    subject: 'Pod shop/web-a container app',
    rule: 'CrashLoop',
    cause: 'exit 1',
    severity: 'likely',
    firstSeen: clock.now(),
    callAt: clock.now() + 30_000,
    proof: '',
    remedy: '',
    ...more,
  });
  return { clock, said, progress, crash };
}

test('what looks doomed is said at once, counted down with each heartbeat, and said to have cleared', async () => {
  const { clock, said, progress, crash } = listening();
  const standing = crash();
  progress([web], [standing]);
  await clock.pass(12_000);
  progress([web], []);
  await clock.pass(10_000);
  const likely = 'likely: Pod shop/web-a container app: exit 1';
  expect(said).toEqual([
    `0s| ${likely}; called in 30s unless it clears`,
    `1s| 1s  ${line}`,
    `1s| ${likely}; called in 29s unless it clears`,
    `11s| 11s  ${line}`,
    `11s| ${likely}; called in 19s unless it clears`,
    '12s| cleared: Pod shop/web-a container app: exit 1',
    `21s| 21s  ${line}`,
  ]);
});

test('what was called has not cleared, and is counted down no more', async () => {
  const { clock, said, progress, crash } = listening();
  progress([web], [crash()]);
  await clock.pass(1_500);
  said.length = 0;
  progress([web]);
  progress([{ ...web, ready: true, blockedOn: '' }], []);
  await clock.pass(20_000);
  expect(said).toEqual([]);
});
