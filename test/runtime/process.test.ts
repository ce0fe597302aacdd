import { expect, test } from '@jest/globals';
import { ToolError } from '../../lib/domain/errors.ts';
import { processSpawn } from '../../lib/runtime/process.ts';
import type { RunOptions } from '../../lib/ports/process.ts';
import { allGone } from '../support/process-tree.ts';

const env = { PATH: process.env['PATH'] ?? '' };
const spawn = processSpawn(env);
const sh = (script: string, options?: RunOptions) => spawn({ argv: ['sh', '-c', script] }, options);

/** Runs a script, aborts it when it has said `ready <pids>`, and returns its exit and those pids. */
async function cancelled(script: string, killAfter?: number) {
  const controller = new AbortController();
  let pids: number[] = [];
  const exit = await sh(script, {
    signal: controller.signal,
    ...(killAfter === undefined ? {} : { killAfter }),
    onLine(line) {
      if (!line.startsWith('ready')) return;
      pids = line.split(' ').slice(1).map(Number);
      controller.abort();
    },
  });
  return { exit, pids };
}

test('exit code, both streams and the lines as they come', async () => {
  const lines: string[] = [];
  const exit = await sh('echo one; echo two >&2; printf three; exit 3', {
    onLine: (line, stream) => lines.push(`${stream} ${line}`),
  });
  expect(exit).toMatchObject({
    status: 3,
    stdout: 'one\nthree',
    stderr: 'two\n',
    cancelled: false,
    timedOut: false,
  });
  expect(lines.sort()).toEqual(['stderr two', 'stdout one', 'stdout three']);
});

test('the name of the signal that ended it', async () => {
  expect(await sh('kill -KILL $$')).toMatchObject({ status: 'SIGKILL', cancelled: false });
});

test('standard input is what was given, or nothing', async () => {
  expect(await spawn({ argv: ['cat'], input: 'a secret' })).toMatchObject({ stdout: 'a secret' });
  expect(await spawn({ argv: ['cat'] })).toMatchObject({ status: 0, stdout: '' });
  expect(await spawn({ argv: ['true'], input: 'x'.repeat(1_000_000) })).toMatchObject({ status: 0 });
});

test('children see the environment, but neither inputs nor state nor the files of the runner', async () => {
  const given = {
    ...env,
    HOME: '/home/x',
    INPUT_TOKEN: 's',
    STATE_temp: 's',
    GITHUB_ENV: '/e',
    GITHUB_OUTPUT: '/o',
    GITHUB_SHA: 'abc',
    ACTIONS_RUNTIME_TOKEN: 's',
  };
  const { stdout } = await processSpawn(given)({ argv: ['env'], env: { MORE: '1', HOME: undefined } });
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0])
      .toSorted((a, b) => String(a).localeCompare(String(b))),
  ).toEqual(['GITHUB_SHA', 'MORE', 'PATH']);
});

test.each([
  [
    'nobody-has-this-tool',
    undefined,
    'nobody-has-this-tool was not found on PATH',
    'install nobody-has-this-tool',
  ],
  ['helm', { PATH: '/nowhere' }, 'helm was not found on PATH', 'Azure/setup-helm'],
  [import.meta.filename, undefined, `${import.meta.filename} may not be executed`, 'chmod +x'],
])('%s cannot be started', async (program, more, message, remedy) => {
  const error = await spawn({ argv: [program, '--flag'], env: more ?? {} }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ToolError);
  expect(error).toMatchObject({
    message,
    argv: [program, '--flag'],
    remedy: expect.stringContaining(remedy),
  });
});

test('a folder that is not there is named, not the program', async () => {
  await expect(spawn({ argv: ['true'], cwd: '/not/there' })).rejects.toThrow('true cannot run in /not/there');
});

test('an argument that the system refuses is an error of the tool, not of ours', async () => {
  await expect(spawn({ argv: ['true', 'x'.repeat(200_000)] })).rejects.toThrow('too long');
});

test('a cancel sends SIGINT at once, and the exit says so', async () => {
  const { exit } = await cancelled(
    `trap 'echo bye; exit 7' INT; echo ready $$; while :; do sleep 0.05; done`,
  );
  expect(exit).toMatchObject({ status: 7, cancelled: true, stdout: expect.stringContaining('bye') });
  expect(exit.duration).toBeLessThan(3_000);
});

test('one that ignores SIGINT gets SIGTERM, one that ignores both is killed', async () => {
  const obeysTerm = await cancelled(
    `trap '' INT; trap 'exit 8' TERM; echo ready $$; while :; do sleep 0.05; done`,
    2_200,
  );
  expect(obeysTerm.exit).toMatchObject({ status: 8, cancelled: true });
  const obeysNothing = await cancelled(`trap '' INT TERM; echo ready $$; while :; do sleep 0.05; done`, 500);
  expect(obeysNothing.exit).toMatchObject({ status: 'SIGKILL', cancelled: true });
});

test('grandchildren end with it, also those that ignore SIGINT and hold the output open', async () => {
  const { exit, pids } = await cancelled(
    `sh -c "trap '' INT TERM; exec sleep 100" & trap 'exit 9' INT; echo ready $! $$; while :; do sleep 0.05; done`,
    4_000,
  );
  expect(exit).toMatchObject({ status: 9, cancelled: true });
  expect(pids).toHaveLength(2);
  await allGone(pids);
});

test('what a finished program left behind does not hold us up for long, and is ended', async () => {
  const exit = await sh('sleep 100 & echo $!');
  expect(exit).toMatchObject({ status: 0, cancelled: false });
  expect(exit.duration).toBeLessThan(4_000);
  await allGone([Number(exit.stdout)]);
});

test('a timeout is not a cancel', async () => {
  expect(await sh('exec sleep 100', { timeout: 100 })).toMatchObject({
    status: 'SIGINT',
    timedOut: true,
    cancelled: false,
  });
});

test('after a cancel nothing is started', async () => {
  const exit = await sh('echo started', { signal: AbortSignal.abort() });
  expect(exit).toMatchObject({ cancelled: true, stdout: '' });
});

test('output beyond the limit fails, naming it; the error stream keeps its end', async () => {
  await expect(sh('yes', { maxBytes: 10_000 })).rejects.toThrow('sh wrote more than 10000 bytes');
  const { stderr } = await sh(
    'i=0; while [ $i -lt 40 ]; do head -c 65536 /dev/zero | tr "\\0" x >&2; i=$((i+1)); done; echo the end >&2',
  );
  expect(stderr.length).toBeLessThan(1_200_000);
  expect(stderr.endsWith('the end\n')).toBe(true);
});
