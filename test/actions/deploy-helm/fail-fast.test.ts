import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { report } from '../../../actions/deploy-helm/report.ts';
import { kubeWatcher } from '../../../lib/adapters/watcher/watcher.ts';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import type { FollowOptions } from '../../../lib/ports/rollout.ts';
import { clock, MemoryKube } from '../../adapters/watcher/memory-kube.ts';
import { object } from '../../domain/workloads/objects.ts';
import { inputs, Target } from './memory.ts';

/** Revision 1 runs ready; what every roll-out was followed with, in order. */
function listening(...verdicts: ConstructorParameters<typeof Target>): [Target, FollowOptions[]] {
  const target = new Target('pass', ...verdicts);
  target.helm.add('deployed');
  const { watcher } = target.ports;
  const options: FollowOptions[] = [];
  const follow: typeof watcher.follow = (gated, each) => (options.push(each), watcher.follow(gated, each));
  target.ports = { ...target.ports, watcher: { follow } };
  return [target, options];
}

test('how soon is for the release and for its undo; that it ran before is only looked at', async () => {
  const [target, options] = listening('fail', 'pass');
  await target.deploy({ 'fail-fast': 'strict' });
  expect(options.map(({ failFast, questions }) => [failFast, questions !== undefined])).toEqual([
    ['strict', true],
    [undefined, false],
    ['strict', true],
  ]);
});

test('post undoes it as main would have', async () => {
  const [target, options] = listening(() => {
    target.cancel.abort();
    return 'pass';
  });
  await expect(target.deploy({ 'fail-fast': 'off' })).rejects.toThrow('cancelled');
  await target.post();
  expect(options.at(-1)).toMatchObject({ failFast: 'off' });
});

test.each([
  ['', 'balanced'],
  ['strict', 'strict'],
  ['off', 'off'],
])('fail-fast: "%s" is %s', (given, meant) => {
  expect(inputs({ 'fail-fast': given }).failFast).toBe(meant);
});

const folder = mkdtempSync(join(tmpdir(), 'slipway-replay-'));
afterAll(() => rmSync(folder, { recursive: true }));

const manifest = 'apiVersion: batch/v1\nkind: Job\nmetadata: { name: seed }\n';
const job = (...conditions: object[]): KubeObject =>
  object('batch/v1', 'Job', 'seed', { meta: { namespace: 'prod' }, status: { conditions } });

/** The report's data of a release of one Job, watched over an API in memory. */
async function reported(ends: 'Complete' | 'Failed'): Promise<{ readonly observations: { kind: string }[] }> {
  const api = new MemoryKube();
  const target = new Target();
  target.helm.manifest = manifest;
  target.helm.onUpgrade = () => {
    api.put(job());
    setTimeout(() => api.put(job({ type: ends, status: 'True', reason: 'BackoffLimitExceeded' })), 20);
  };
  const log = { warn: () => undefined };
  target.ports = { ...target.ports, clock, watcher: kubeWatcher({ kube: api.kube, clock, log }) };
  const { data } = report(await target.deploy(), inputs());
  return data as Awaited<ReturnType<typeof reported>>;
}

function replayed(data: object): {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
} {
  const path = join(folder, 'report.json');
  writeFileSync(path, JSON.stringify({ schema: 'slipway/report/v1', data }));
  const script = resolve(import.meta.dirname, '../../../scripts/replay.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, path], { encoding: 'utf8' });
  return { status, out: stdout, err: stderr };
}

test.each([
  ['Complete', /^pass: 1 of 1 workloads ready\nat 20.+Z, of \d+ observations\n$/],
  ['Failed', /^fail: Job prod\/seed: BackoffLimitExceeded\b[^]*\nterminal JobFailed: [^]*\n {2}to do /],
] as const)('a report replays to its verdict: %s', async (ends, expected) => {
  expect(replayed(await reported(ends))).toEqual({
    status: 0,
    out: expect.stringMatching(expected),
    err: '',
  });
});

test('a replay of a list that was too long to be kept whole says so', async () => {
  const data = await reported('Complete');
  const [first] = data.observations as { at?: number; kind: string }[];
  const observations = [{ at: first?.at, kind: 'left-out', count: 7 }, ...data.observations];
  expect(replayed({ ...data, observations })).toMatchObject({
    status: 0,
    out: expect.stringMatching(
      /^pass: [^]*\nmay differ from what was judged: left out 7 observations, the release/,
    ),
  });
});

test('a replay that comes to another verdict says so', async () => {
  const data = await reported('Failed');
  const observations = data.observations.slice(0, -1);
  expect(replayed({ ...data, observations })).toMatchObject({
    status: 1,
    out: expect.stringContaining('not ready after 5m00s'),
    err: expect.stringContaining('recorded was another verdict:\nfail: Job prod/seed: BackoffLimitExceeded'),
  });
});

test('a report without a roll-out has nothing to replay', () => {
  expect(replayed({ plan: {} })).toMatchObject({
    status: 1,
    err: expect.stringContaining('holds no roll-out'),
  });
});
