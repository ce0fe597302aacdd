import { beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { serviceBinary } from '../../sandbox/service/binary.ts';
import { freePort, start, statusOf, until } from './running.ts';
import type { Running } from './running.ts';

let binary: string;
beforeAll(async () => {
  binary = (await serviceBinary()).path;
}, 120_000);

interface Service extends Running {
  url: string;
}

async function serve(env: Record<string, string> = {}): Promise<Service> {
  const port = await freePort();
  const running = start(binary, ['serve'], { PORT: String(port), DRAIN: '0s', ...env });
  return { ...running, url: `http://127.0.0.1:${port}` };
}

const healthy = (service: Service): Promise<void> =>
  until('healthy', async () => (await statusOf(`${service.url}/health`)) === 200);

test('it says who it is', async () => {
  await using service = await serve({ VERSION: 'v7', IMAGE: 'r/i@sha256:1', REVISION: '3', POD_NAME: 'p-1' });
  await healthy(service);
  const answer = await fetch(`${service.url}/version`);
  expect(await answer.json()).toMatchObject({
    version: 'v7',
    image: 'r/i@sha256:1',
    revision: '3',
    pod: 'p-1',
  });
  expect(await statusOf(`${service.url}/ready`)).toBe(200);
});

test('on SIGTERM readiness fails at once, serving goes on, requests in flight finish', async () => {
  await using service = await serve({ DRAIN: '800ms' });
  await healthy(service);
  const inFlight = fetch(`${service.url}/slow?for=1500ms`);
  await new Promise((resolve) => void setTimeout(resolve, 100));
  service.kill('SIGTERM');
  await until('not ready', async () => (await statusOf(`${service.url}/ready`)) === 503, 500);
  const late = await fetch(`${service.url}/version`);
  expect([late.status, late.headers.get('connection')]).toEqual([200, 'close']);
  expect((await inFlight).status).toBe(200);
  expect(await service.exit).toEqual({ code: 0, signal: null });
});

test('slow boot: nobody listens before the time', async () => {
  const began = Date.now();
  await using service = await serve({ FAULT_SLOW_BOOT: '700ms' });
  expect(await statusOf(`${service.url}/health`)).toBe(0);
  await healthy(service);
  expect(Date.now() - began).toBeGreaterThanOrEqual(700);
});

test('crash at start, with the code', async () => {
  await using service = await serve({ FAULT_CRASH_AT_START: '3' });
  expect(await service.exit).toEqual({ code: 3, signal: null });
});

test('crash after a while of serving', async () => {
  await using service = await serve({ FAULT_CRASH_AFTER: '600ms' });
  await healthy(service);
  expect(await service.exit).toEqual({ code: 1, signal: null });
});

test('it crashes each time where it cannot count', async () => {
  await using service = await serve({ FAULT_CRASHES: '1' });
  expect(await service.exit).toEqual({ code: 1, signal: null });
  expect(service.output()).toContain('/state/crashes');
});

test('readiness flaps for a while', async () => {
  await using service = await serve({ FAULT_READY_FLAPS: '3s' });
  await healthy(service);
  const ready = () => statusOf(`${service.url}/ready`);
  expect(await ready()).toBe(200);
  await until('not ready', async () => (await ready()) === 503);
  await until('ready for good', async () => (await ready()) === 200);
});

test('hang: the connection is taken, no answer comes', async () => {
  await using service = await serve({ FAULT_HANG_AFTER: '0s' });
  await until('listening', () => service.output().includes('listens'));
  await expect(fetch(`${service.url}/health`, { signal: AbortSignal.timeout(300) })).rejects.toThrow(
    /timeout/,
  );
});

test('500s at a rate', async () => {
  await using service = await serve({ FAULT_ERROR_RATE: '0.5' });
  await healthy(service);
  const statuses = await Promise.all(Array.from({ length: 100 }, () => statusOf(`${service.url}/version`)));
  const failed = statuses.filter((status) => status === 500).length;
  expect(failed).toBeGreaterThan(20);
  expect(failed).toBeLessThan(80);
});

test.each([
  [{ FAULT_ERROR_RATE: '1' }, 500],
  [{ FAULT_WRONG_VERSION: 'v1' }, 200],
])('ready and wrong: probes see nothing of %j', async (faults, status) => {
  await using service = await serve({ VERSION: 'v2', ...faults });
  await healthy(service);
  expect(await statusOf(`${service.url}/ready`)).toBe(200);
  expect(await statusOf(`${service.url}/version`)).toBe(status);
});

test('never ready, yet alive', async () => {
  await using service = await serve({ FAULT_NEVER_READY: 'true' });
  await healthy(service);
  expect(await statusOf(`${service.url}/ready`)).toBe(503);
});

test('wrong version', async () => {
  await using service = await serve({ VERSION: 'v2', FAULT_WRONG_VERSION: 'v1' });
  await healthy(service);
  expect(await (await fetch(`${service.url}/version`)).json()).toMatchObject({ version: 'v1' });
});

test('memory grows for real', async () => {
  await using service = await serve({ FAULT_MEMORY_GROWTH: '100Mi' });
  await healthy(service);
  const { pid } = service;
  await until('resident memory over 60 MiB', async () => {
    const [, kib = '0'] = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib) > 60 * 1024;
  });
});

test('ignores SIGTERM, dies of SIGKILL', async () => {
  await using service = await serve({ FAULT_IGNORE_SIGTERM: 'true' });
  await healthy(service);
  service.kill('SIGTERM');
  await new Promise((resolve) => void setTimeout(resolve, 400));
  expect(await statusOf(`${service.url}/ready`)).toBe(200);
  service.kill('SIGKILL');
  expect(await service.exit).toEqual({ code: null, signal: 'SIGKILL' });
});

test('every variable that cannot be read is named', async () => {
  await using service = await serve({ DRAIN: '5', FAULT_ERROR_RATE: '2', FAULT_MEMORY_GROWTH: '1Gi' });
  expect(await service.exit).toMatchObject({ code: 2 });
  expect(service.output()).toMatch(/DRAIN="5".*\n.*FAULT_ERROR_RATE="2".*\n.*FAULT_MEMORY_GROWTH="1Gi"/);
});

test.each([
  [['job', '--say', 'one\\ntwo', '--exit', '4'], 4, 'one\ntwo\n'],
  [['job'], 0, ''],
  [['sleep', '10ms'], 0, ''],
  [['sleep', 'long'], 2, expect.stringContaining('sleep:')],
  [['get', '--tries', '1', 'http://127.0.0.1:1/'], 1, expect.stringContaining('asked 1 times')],
  [['nap'], 2, expect.stringContaining('unknown command "nap"')],
])('%j exits %i', async (args, code, output) => {
  await using once = start(binary, args);
  expect(await once.exit).toMatchObject({ code });
  expect(once.output()).toEqual(output);
});

test('job ends early when told to stop, get waits for the answer it wants', async () => {
  await using job = start(binary, ['job', '--for', '1h', '--say', 'on']);
  await until('printed', () => job.output() === 'on\n');
  job.kill('SIGTERM');
  expect(await job.exit).toMatchObject({ code: 143 });

  await using service = await serve({ VERSION: 'v9', FAULT_SLOW_BOOT: '300ms' });
  await using get = start(binary, ['get', '--contains', 'v9', `${service.url}/version`]);
  expect(await get.exit).toMatchObject({ code: 0 });
});
