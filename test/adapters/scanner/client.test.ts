import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { commandScanner } from '../../../lib/adapters/scanner/client.ts';
import { CancelledError, ToolError } from '../../../lib/domain/errors.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';

const image = { image: 'a.test/shop@sha256:1', digest: 'sha256:1', platform: 'linux/amd64' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-scanner-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const scanner = () =>
  commandScanner({
    spawn: processSpawn({ PATH: process.env['PATH'] }),
    files: { read: (path) => readFile(path, 'utf8').catch(() => undefined) },
    folder,
    workspace: folder,
    path: process.env['PATH'] ?? '',
    dockerConfig: '/private',
  });
const shell = (script: string): string[] => [
  'sh',
  '-c',
  script,
  'sh',
  '{ref}',
  '{sarif}',
  '{platform}',
  '{digest}',
];

test('places and environment say the same', async () => {
  const lines: string[] = [];
  const end = await scanner().scan(
    shell(
      'echo "$1 $3 $4"; echo "$IMAGE $IMAGE_PLATFORM $IMAGE_DIGEST $DOCKER_CONFIG"; test "$2" = "$SARIF"',
    ),
    image,
    { onLine: (line) => lines.push(line) },
  );
  expect(end).toMatchObject({ exit: 0, sarif: undefined });
  expect(lines).toEqual([
    'a.test/shop@sha256:1 linux/amd64 sha256:1',
    'a.test/shop@sha256:1 linux/amd64 sha256:1 /private',
  ]);
});

test('each scan has a report of its own', async () => {
  const scan = scanner();
  expect((await scan.scan(shell('echo one > "$SARIF"; exit 3'), image)).sarif).toBe('one\n');
  expect(await scan.scan(shell('exit 0'), image)).toMatchObject({ exit: 0, sarif: undefined });
});

test('a verification has no report, and says why it failed', async () => {
  const end = await scanner().verify(shell('test -z "$SARIF" && echo broken && exit 4'), image);
  expect(end).toEqual({ exit: 4, lastLines: ['broken'] });
});

test('no such program, and a cancel', async () => {
  await expect(scanner().verify(['no-such-scanner'], image)).rejects.toThrow(ToolError);
  const cancel = new AbortController();
  const ended = scanner().verify(shell('echo begun; exec sleep 60'), image, {
    signal: cancel.signal,
    onLine: () => cancel.abort(),
  });
  await expect(ended).rejects.toThrow(CancelledError);
}, 20_000); // a shell that is about to become sleep may miss the first signal

test('whether a program is there to be started', async () => {
  await writeFile(join(folder, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(join(folder, 'plain.sh'), '#!/bin/sh\n', { mode: 0o644 });
  const asked = ['sh', 'trivyyy', './run.sh', './plain.sh', './none.sh', join(folder, 'run.sh')];
  const runner = scanner();
  expect(await Promise.all(asked.map((program) => runner.has(program)))).toEqual([
    true,
    false,
    true,
    false,
    false,
    true,
  ]);
});
