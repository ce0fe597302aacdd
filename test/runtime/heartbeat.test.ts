import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { Clock } from '../../lib/ports/clock.ts';
import { startHeartbeat } from '../../lib/runtime/heartbeat.ts';

/** A clock that only moves when told to. */
function handClock(): { clock: Clock; pass: (seconds: number) => Promise<void> } {
  let now = 1_000_000;
  const sleeping = new Set<{ until: number; wake: () => void }>();
  return {
    clock: {
      now: () => now,
      sleep: (ms) => new Promise((wake) => sleeping.add({ until: now + ms, wake })),
    },
    async pass(seconds) {
      for (let i = 0; i < seconds * 2; i++) {
        now += 500;
        for (const one of sleeping) {
          if (one.until > now) continue;
          sleeping.delete(one);
          one.wake();
        }
        await turn();
      }
    },
  };
}

test('says what it waits for when that changes, and every 10 s when it does not', async () => {
  const { clock, pass } = handClock();
  const said: string[] = [];
  let text = '';
  using heartbeat = startHeartbeat(
    clock,
    (line) => said.push(line),
    () => text,
  );
  await pass(3);
  expect(said).toEqual([]);

  text = 'web 0/3';
  await pass(2);
  text = 'web 1/3';
  await pass(22);
  expect(said).toEqual(['4s  web 0/3', '6s  web 1/3', '16s  web 1/3', '26s  web 1/3']);

  heartbeat.stop();
  text = 'web 2/3';
  await pass(20);
  expect(said).toHaveLength(4);
});

test('a text that changes all the time is said once a second', async () => {
  const { clock, pass } = handClock();
  const said: string[] = [];
  let n = 0;
  using _ = startHeartbeat(
    clock,
    (line) => said.push(line),
    () => `${n++}`,
  );
  await pass(5);
  expect(said.length).toBeLessThanOrEqual(5);
});
