import { expect, test } from '@jest/globals';
import { Judging } from '../../../lib/adapters/watcher/judging.ts';
import { deploymentOf } from '../../domain/workloads/objects.ts';
import { applied, expecting, saw, web } from '../../domain/verdict/rollout.ts';

const deaf = { rules: [], onTurn: () => undefined, onProbes: () => undefined, onDue: () => undefined };

test('an alarm that rings in a moment begun before the deadline rings again', async () => {
  const unready = deploymentOf({}, {});
  const moments = [999, 999, 1_000];
  const judging: Judging = new Judging({
    expectation: expecting(web),
    seen: [saw(1, unready), applied(2, unready)],
    clock: { now: () => 1_000, sleep: () => Promise.reject(new Error('it is time already')) },
    ...deaf,
    onProgress: () => undefined,
    onTime: () => judging.judge(moments.shift() ?? 0),
  });
  judging.judge(10);
  expect(await judging.verdict).toMatchObject({ outcome: 'fail', at: 1_000 });
  expect(moments).toEqual([]);
});

test('what does not change is told once', async () => {
  let told = 0;
  const unready = deploymentOf({}, {});
  const judging = new Judging({
    expectation: expecting(web),
    seen: [saw(1, unready), applied(2, unready)],
    clock: { now: () => 0, sleep: () => new Promise(() => undefined) },
    ...deaf,
    onProgress: () => (told += 1),
    onTime: () => undefined,
  });
  for (const at of [10, 20, 30]) judging.judge(at);
  judging.cancel('enough');
  await expect(judging.verdict).rejects.toThrow('enough');
  expect(told).toBe(1);
});
