import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

/** Much of it lives through a collection, which makes V8 take a larger space; then it lets garbage lie for longer. */
const busy = `
const kept = [];
for (let round = 0; round < 400_000; round++) {
  kept.push({ round, text: [round] });
  if (kept.length > 50_000) kept.splice(0, 25_000);
}
const space = process.getBuiltinModule('node:v8').getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
console.log(space.space_size);
`;

/** In MiB, in a process of its own: the flag is the whole process's. */
async function youngSpaceAfter(before: string): Promise<number> {
  const script = `${before}\n${busy}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return Number(stdout) / 1024 ** 2;
}

test('the space for young objects stays small, where it grows by itself', async () => {
  const file = join(import.meta.dirname, '../../lib/runtime/young-space.ts');
  const kept = await youngSpaceAfter(`(await import(${JSON.stringify(file)})).keepYoungSpaceSmall();`);
  expect(await youngSpaceAfter('')).toBeGreaterThan(8);
  expect(kept).toBeLessThan(4);
});
