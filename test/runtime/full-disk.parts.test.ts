/** What a step says when there is no room for its own few files: real disks, which are full. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fillDisk, mountSmall } from '../../sandbox/small-disk.ts';
import { startJob } from '../support/runner.ts';
import type { Ended } from '../support/runner.ts';

const entry = fileURLToPath(new URL('../support/fixtures/actions/probe.ts', import.meta.url));

let stack: AsyncDisposableStack;
let disk: string;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  disk = await mkdtemp(join(tmpdir(), 'slipway-full-'));
  stack.defer(() => rm(disk, { recursive: true, force: true }));
});
afterEach(() => stack.disposeAsync());

/** RUNNER_TEMP is the disk; the runner's own files are elsewhere. */
async function run(behaviour: string): Promise<Ended> {
  const job = stack.use(await startJob({ RUNNER_TEMP: disk }));
  return job.start({ entry, inputs: { do: behaviour, secret: 'hunter22' } }).ended;
}

test('no room for the step’s folder: told, red, and no defect of ours', async () => {
  stack.use(await mountSmall(disk, 1, 1));
  const ended = await run('succeed');
  expect(ended.exit).toBe(1);
  expect(ended.shown).toContain(`::error title=probe%3A failure::probe: the runner’s disk is full: ${disk}/`);
  expect(ended.shown).not.toContain('defect of Slipway');
  expect((await ended.post()).shown).not.toContain('defect of Slipway');
});

test('no room for a private file', async () => {
  stack.use(await mountSmall(disk, 1));
  await fillDisk(disk);
  const ended = await run('tell secrets');
  expect(ended.exit).toBe(1);
  expect(ended.shown).toContain('::error title=probe%3A failure::probe: a disk of the runner is full');
  expect(ended.shown).not.toContain('defect of Slipway');
});

test('no room for the report: what the target said is told all the same', async () => {
  stack.use(await mountSmall(disk, 1));
  await fillDisk(disk);
  const ended = await run('refuse');
  expect(ended.exit).toBe(1);
  expect(ended.shown).toContain('::error title=probe%3A failure::probe: the target said no');
  expect(ended.shown).toContain('::error title=probe::probe: a disk of the runner is full');
});
