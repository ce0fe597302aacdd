/** Over a small program of that name which behaves as kubectl does, or worse. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { forwardArgv, kubectlForwards } from '../../../lib/adapters/forwards/kubectl.ts';
import type { Via } from '../../../lib/domain/checks/types.ts';
import { CancelledError, ToolError } from '../../../lib/domain/errors.ts';
import type { Forwards } from '../../../lib/ports/probes.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';
import { allGone } from '../../support/process-tree.ts';
import { until } from '../../sandbox-parts/running.ts';

const shop: Via = { kind: 'service', name: 'shop', namespace: 'prod', port: 80 };
const within = { timeout: 5_000 };

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-forwards-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Forwards by a kubectl that runs this script; each start leaves its pid and its KUBECONFIG in a file. */
function by(script: string, path = `${folder}:${process.env['PATH']}`): Forwards {
  const program = join(folder, 'kubectl');
  writeFileSync(program, `#!/bin/sh\necho "$$ $KUBECONFIG" >> '${folder}/started'\n${script}\n`);
  chmodSync(program, 0o755);
  return kubectlForwards({
    spawn: processSpawn({ PATH: path }),
    kubeconfig: '/kube/config',
    context: 'prod',
  });
}

const started = (): { pid: number; kubeconfig: string | undefined }[] =>
  readFileSync(join(folder, 'started'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => ({ pid: Number(line.split(' ')[0]), kubeconfig: line.split(' ')[1] }));

/** It forwards until it is told to end. */
const forwarding = (port: number): string =>
  `echo 'Forwarding from 127.0.0.1:${port} -> 8080'; exec sleep 60`;

/** It says so, and gives up. */
const saying = (text: string): string => `cat >&2 <<'EOF'\n${text}\nEOF\nexit 1`;

test.each<[via: Via, context: string | undefined, argv: string]>([
  [
    shop,
    undefined,
    'kubectl --namespace prod port-forward --address 127.0.0.1 --pod-running-timeout=5s service/shop :80',
  ],
  [
    { ...shop, kind: 'pod', name: 'shop-0', port: 8080 },
    'admin@prod',
    'kubectl --context admin@prod --namespace prod port-forward --address 127.0.0.1 --pod-running-timeout=5s pod/shop-0 :8080',
  ],
])('%j, context %s', (via, context, argv) => {
  expect(forwardArgv(via, context).join(' ')).toBe(argv);
});

test('one child per target, whoever asks and however often; it is gone at the end', async () => {
  await using forwards = closing(by(forwarding(40_123)));
  const addresses = await Promise.all([forwards.open(shop, within), forwards.open(shop, within)]);
  expect([...addresses, await forwards.open(shop, within)]).toEqual(Array(3).fill('127.0.0.1:40123'));
  expect(started()).toMatchObject([{ kubeconfig: '/kube/config' }]);
  await forwards.open({ ...shop, port: 81 }, within);
  expect(started()).toHaveLength(2);
  await forwards.close();
  await allGone(started().map(({ pid }) => pid));
});

test('a forward that ended is opened anew', async () => {
  await using forwards = closing(by(forwarding(40_123)));
  await forwards.open(shop, within);
  process.kill(started()[0]?.pid ?? 0, 'SIGTERM');
  await until('it is started again', async () => {
    await forwards.open(shop, within).catch(() => undefined);
    return started().length === 2;
  });
  expect(await forwards.open(shop, within)).toBe('127.0.0.1:40123');
});

test('after the end it can begin again', async () => {
  await using forwards = closing(by(forwarding(40_123)));
  await forwards.open(shop, within);
  await forwards.close();
  expect(await forwards.open(shop, within)).toBe('127.0.0.1:40123');
});

describe('what kubectl says when it cannot', () => {
  test.each([
    ['Error from server (NotFound): services "shop" not found', 'NOT_FOUND'],
    ['error: timed out waiting for the condition', 'NO_ENDPOINTS'],
    ['error: unable to forward port because pod is not running. Current status=Pending', 'NOT_RUNNING'],
    ['error: Service shop does not have a service port 80', 'NOT_FORWARDABLE'],
    [
      "error: cannot attach to *v1.Service: invalid service 'shop': Service is defined without a selector",
      'NOT_FORWARDABLE',
    ],
  ])('%s: %s', async (said, code) => {
    await using forwards = closing(by(saying(said)));
    await expect(forwards.open(shop, within)).rejects.toMatchObject({
      name: 'ProbeFailure',
      code,
      phase: 'connect',
      message: said.replace('error: ', ''),
    });
  });

  test.each([
    ['error: You must be logged in to the server (Unauthorized)', undefined],
    [
      'Error from server (Forbidden): services "shop" is forbidden',
      expect.stringContaining('pods/portforward') as unknown as string,
    ],
    ['The connection to the server 127.0.0.1:1 was refused', undefined],
    ['', undefined],
  ])('all else is no answer: %s', async (said, remedy) => {
    await using forwards = closing(by(saying(`E1125 noise\n${said}`)));
    const error = await forwards.open(shop, within).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ToolError);
    expect(error).toMatchObject({ exit: 1, remedy });
  });

  test('there is none', async () => {
    const forwards = kubectlForwards({ spawn: processSpawn({ PATH: folder }), kubeconfig: '' });
    await expect(forwards.open(shop, within)).rejects.toMatchObject({ name: 'ToolError', exit: 'ENOENT' });
  });
});

describe('a kubectl that hangs', () => {
  test('is not waited for longer than the attempt has; the next attempt waits for the same one', async () => {
    await using forwards = closing(by(`sleep 0.3; ${forwarding(40_123)}`));
    await expect(forwards.open(shop, { timeout: 50 })).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(await forwards.open(shop, within)).toBe('127.0.0.1:40123');
    expect(started()).toHaveLength(1);
  });

  test('does not hold up a cancel', async () => {
    const cancel = new AbortController();
    const reason = new CancelledError();
    await using forwards = closing(by('exec sleep 60'));
    const opening = forwards.open(shop, { ...within, signal: cancel.signal });
    cancel.abort(reason);
    await expect(opening).rejects.toBe(reason);
    await expect(forwards.open(shop, { ...within, signal: cancel.signal })).rejects.toBe(reason);
  });
});

const closing = (forwards: Forwards): Forwards & AsyncDisposable => ({
  ...forwards,
  [Symbol.asyncDispose]: () => forwards.close(),
});
