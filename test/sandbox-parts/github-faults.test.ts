import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Fault } from '../../sandbox/github/faults.ts';
import { startGitHub } from '../../sandbox/github/server.ts';
import type { GitHub } from '../../sandbox/github/server.ts';

let github: GitHub;
beforeEach(async () => {
  github = await startGitHub();
});
afterEach(() => github.close());

const path = '/repos/octo/shop/deployments';
const headers = { authorization: 'token t', 'user-agent': 'test' };
const list = (): Promise<Response> => fetch(`${github.url}${path}`, { headers });
const create = (): Promise<Response> =>
  fetch(`${github.url}${path}`, { method: 'POST', headers, body: JSON.stringify({ ref: 'main' }) });

test.each<[Fault, number, Record<string, string>]>([
  [{ kind: 'status', status: 401 }, 401, {}],
  [{ kind: 'status', status: 403 }, 403, {}],
  [{ kind: 'status', status: 404 }, 404, {}],
  [{ kind: 'status', status: 502, message: 'upstream' }, 502, {}],
  [{ kind: 'rate-limited', limit: 'primary' }, 403, { 'x-ratelimit-remaining': '0' }],
  [{ kind: 'rate-limited', limit: 'secondary', retryAfterSeconds: 7 }, 429, { 'retry-after': '7' }],
])('%j meets one request, then all is well', async (fault, status, expected) => {
  github.fail({ operation: 'repos/list-deployments', fault });
  expect((await create()).status).toBe(201);
  const met = await list();
  expect(met.status).toBe(status);
  expect(Object.fromEntries(met.headers)).toMatchObject(expected);
  expect((await list()).status).toBe(200);
});

test('times: n requests, or until healed', async () => {
  github.fail({ operation: '*', fault: { kind: 'status', status: 503 }, times: 2 });
  expect([(await list()).status, (await create()).status, (await list()).status]).toEqual([503, 503, 200]);
  github.fail({ operation: '*', fault: { kind: 'status', status: 503 }, times: 0 });
  for (let nth = 0; nth < 3; nth += 1) expect((await list()).status).toBe(503);
  github.heal();
  expect((await list()).status).toBe(200);
});

test('slow answers late', async () => {
  github.fail({ operation: '*', fault: { kind: 'slow', milliseconds: 300 } });
  const began = performance.now();
  expect((await list()).status).toBe(200);
  expect(performance.now() - began).toBeGreaterThan(290);
});

test.each([
  ['before', 0],
  ['after', 1],
] as const)('a connection cut %s the work leaves %i deployments', async (when, left) => {
  github.fail({ operation: 'repos/create-deployment', fault: { kind: 'disconnect', when } });
  await expect(create()).rejects.toThrow('fetch failed');
  expect(await (await list()).json()).toHaveLength(left);
  expect(github.recorded[0]).toMatchObject({ operation: 'repos/create-deployment', status: 0 });
});

test('another process starts it, orders faults, plants and reads what came', async () => {
  const cli = new URL('../../sandbox/github/cli.ts', import.meta.url);
  const child = spawn(process.execPath, [cli.pathname, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = line.toString().trim();
    const order = (body: unknown): Promise<Response> =>
      fetch(`${url}/_faults`, { method: 'POST', body: JSON.stringify(body) });
    expect((await order({ operation: 'repos/gone', fault: { kind: 'slow', milliseconds: 1 } })).status).toBe(
      400,
    );
    expect((await order({ operation: '*', fault: { kind: 'melt' } })).status).toBe(400);
    expect((await order({ operation: '*', fault: { kind: 'status', status: 500 } })).status).toBe(204);
    expect((await fetch(`${url}${path}`, { headers })).status).toBe(500);

    const planted = { repositories: [{ name: 'octo/only' }] };
    await fetch(`${url}/_seed`, { method: 'POST', body: JSON.stringify(planted) });
    expect((await fetch(`${url}/repos/octo/only/deployments`, { headers })).status).toBe(200);
    expect((await fetch(`${url}/repos/octo/unplanted/deployments`, { headers })).status).toBe(404);
    expect(await (await fetch(`${url}/_recorded`)).json()).toMatchObject([{ status: 500 }, {}, {}]);
    expect(await (await fetch(`${url}/_violations`)).json()).toEqual([]);
  } finally {
    child.kill('SIGTERM');
  }
  expect(await once(child, 'exit')).toEqual([0, null]);
});
