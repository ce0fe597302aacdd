import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../lib/runtime/clock.ts';
import { endOrphans, stepMark } from '../../lib/runtime/orphans.ts';
import { pinnedNode } from '../support/node.ts';

const forever = 'setInterval(() => {}, 1000); console.log("up")';
const child = (code: string, folder: string): ReturnType<typeof spawn> =>
  spawn(pinnedNode(), ['-e', code], {
    detached: true,
    env: stepMark(folder),
    stdio: ['ignore', 'pipe', 'inherit'],
  });

test('what carries the mark is interrupted, and what does not is left alone', async () => {
  const ours = child(`process.on("SIGINT", () => process.exit(7)); ${forever}`, '/tmp/ours');
  const theirs = child(forever, '/tmp/ours-not');
  try {
    await Promise.all([ours, theirs].map(({ stdout }) => once(stdout as NodeJS.ReadableStream, 'data')));
    const ended = once(ours, 'exit');
    await expect(endOrphans('/tmp/ours', systemClock)).resolves.toBe(1);
    await expect(ended).resolves.toEqual([7, null]);
    expect(theirs.exitCode ?? theirs.signalCode).toBeNull();
  } finally {
    theirs.kill('SIGKILL');
  }
});

test('nobody there is the normal case', async () => {
  await expect(endOrphans('/tmp/nobody', systemClock)).resolves.toBe(0);
});

test('what does not heed the interrupt is killed', async () => {
  const deaf = child(`process.on("SIGINT", () => {}); ${forever}`, '/tmp/deaf');
  await once(deaf.stdout as NodeJS.ReadableStream, 'data');
  const ended = once(deaf, 'exit');
  let now = 0;
  // Time flies: every look is five seconds later.
  const sleep = async (): Promise<void> => {
    now += 5_000;
    await systemClock.sleep(20);
  };
  await endOrphans('/tmp/deaf', { now: () => now, sleep });
  await expect(ended).resolves.toEqual([null, 'SIGKILL']);
});
