import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import { ProbeFailure } from '../../../lib/ports/probes.ts';
import { object, readyPod } from '../../domain/workloads/objects.ts';
import { MemoryKube, refusal } from '../kube.ts';
import { World } from './world.ts';
import type { Reply } from './world.ts';

const checks = '- {http: "http://shop.test/checkout"}';
const identity = (more = ''): string => `{url: "http://shop.test/version", header: v, equals: v2${more}}`;
const by = (version: string): Reply => ({ headers: { v: version } });

/** The versions that answer, one question after the other; the last one from then on. */
function answering(...versions: string[]): World {
  const world = new World();
  world.reply = (path) =>
    path === '/version' ? by(versions[Math.min(count++, versions.length - 1)] ?? '') : {};
  let count = 0;
  return world;
}

test('the new one, three times in a row; then the checks', async () => {
  const world = answering('v2');
  expect(await world.run(checks, { identity: identity() })).toMatchObject({
    outcome: 'pass',
    reason: 'v2 answered 3 times in a row, 1 check passed',
    identity: { outcome: 'pass', attempts: 3 },
    checks: [{ outcome: 'pass' }],
  });
  expect(world.asked.map(({ at, path }) => `${at} ${path}`)).toEqual([
    '0 /version',
    '200 /version',
    '400 /version',
    '400 /checkout',
  ]);
});

test.each([
  [3, ['v2', 'v2', 'v1', 'v2'], 6],
  [3, ['v1', 'v2', 'v1', 'v2', 'v2', 'v1', 'v2'], 9],
  [1, ['v1', 'v2'], 2],
  [5, ['v2'], 5],
])(
  '%s in a row: one of another version begins the count anew (%j)',
  async (consecutive, versions, attempts) => {
    const world = answering(...versions);
    expect(await world.run(checks, { identity: identity(), consecutive })).toMatchObject({
      outcome: 'pass',
      identity: { attempts },
    });
  },
);

test('an answer that fails begins it anew, too', async () => {
  const world = new World();
  const replies: Reply[] = [by('v2'), by('v2'), { fails: 'ECONNRESET' }, by('v2')];
  world.reply = () => replies[Math.min(world.asked.length, replies.length) - 1] ?? {};
  expect(await world.run('- tcp: "shop:1"', { identity: identity() })).toMatchObject({
    identity: { attempts: 6 },
  });
});

describe('while the old one answers', () => {
  test('it says so, keeps waiting, and asks nothing else: its good health would prove nothing', async () => {
    const world = answering('v1');
    expect(await world.run(checks, { identity: identity(), timeout: 29_500 })).toMatchObject({
      outcome: 'fail',
      reason: 'identity: still another one answers: header v is v1, expected v2',
      checks: [],
    });
    expect(world.elapsed).toBe(29_500);
    expect(world.asked.every(({ path }) => path === '/version')).toBe(true);
    expect(world.said).toEqual([
      '0s  identity: still another one answers: header v is v1, expected v2',
      '10s  waiting for identity: still another one answers: header v is v1, expected v2',
      '20s  waiting for identity: still another one answers: header v is v1, expected v2',
    ]);
  });

  test('now and then is not in a row', async () => {
    const world = new World();
    world.reply = () => by(world.asked.length % 3 === 0 ? 'v1' : 'v2');
    expect(await world.run(checks, { identity: identity(), timeout: 20_000 })).toMatchObject({
      outcome: 'fail',
    });
  });

  test('the deadline came in the middle of a row', async () => {
    const world = new World();
    world.reply = (_, at) => by(at < 5_000 ? 'v1' : 'v2');
    expect(await world.run(checks, { identity: identity(), timeout: 5_100 })).toMatchObject({
      outcome: 'fail',
      reason: 'identity: as expected 2 times in a row, asked for 3',
    });
  });
});

describe('every replica that can be addressed', () => {
  const replicas = identity(', replicas: [10.0.0.7, "10.0.0.8:8443"]');

  test('is asked by itself', async () => {
    const world = answering('v2');
    await world.run(checks, { identity: replicas, consecutive: 1 });
    expect(world.asked.slice(0, 2).map(({ resolve }) => resolve)).toEqual(['10.0.0.7', '10.0.0.8:8443']);
  });

  test('must be the new one; the old one is named', async () => {
    const world = new World();
    world.reply = (_path, _at, { resolve }) => by(resolve === '10.0.0.7' ? 'v2' : 'v1');
    expect(await world.run(checks, { identity: replicas, timeout: 2_000 })).toMatchObject({
      outcome: 'fail',
      reason: 'identity: 10.0.0.8:8443: still another one answers: header v is v1, expected v2',
    });
  });

  test('must answer at all', async () => {
    const world = new World();
    world.reply = (_path, _at, { resolve }) =>
      resolve === '10.0.0.7' ? { fails: 'ECONNREFUSED' } : by('v2');
    expect(await world.run(checks, { identity: replicas, timeout: 2_000 })).toMatchObject({
      reason: expect.stringMatching(/^identity: 10\.0\.0\.7: the connection is refused/) as unknown,
    });
  });
});

describe('every pod of a selector', () => {
  const pods = identity(', pods: {selector: app=shop, port: 8080}');
  const pod = (name: string, meta: object = {}, status: object = readyPod): KubeObject =>
    object('v1', 'Pod', name, { meta, status });

  function among(...found: KubeObject[]): World {
    const world = answering('v2');
    world.ports = { kube: new MemoryKube(...found).port };
    return world;
  }

  test('is asked through a forward of its own, but for those that are not ready or on their way out', async () => {
    const world = among(
      pod('a'),
      pod('b'),
      pod('starting', {}, { phase: 'Pending' }),
      pod('leaving', { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    );
    expect(await world.run(checks, { identity: pods, consecutive: 1 })).toMatchObject({ outcome: 'pass' });
    expect(world.forwards).toEqual(['prod/pod/a:8080', 'prod/pod/b:8080']);
    expect(world.asked.slice(0, 2).map(({ resolve }) => resolve)).toEqual([
      '127.0.0.1:40001',
      '127.0.0.1:40002',
    ]);
  });

  test('none is no proof', async () => {
    expect(await among().run(checks, { identity: pods, timeout: 2_000 })).toMatchObject({
      outcome: 'fail',
      reason: 'identity: no ready pod of app=shop',
    });
  });

  test('one that went while it was asked is named', async () => {
    const world = among(pod('a'), pod('b'));
    world.refuse = ({ name }) =>
      name === 'b' ? new ProbeFailure('connect', 'NOT_FOUND', 'pods "b" not found') : undefined;
    expect(await world.run(checks, { identity: pods, timeout: 2_000 })).toMatchObject({
      reason: expect.stringMatching(/^identity: b: it does not exist/) as unknown,
    });
  });

  test('that cannot be listed: nobody knows', async () => {
    const world = answering('v2');
    const kube = new MemoryKube();
    kube.refused.set('list pods', 403);
    world.ports = { kube: kube.port };
    expect(refusal(403).message).toBe('HTTP 403');
    expect(await world.run(checks, { identity: pods, timeout: 2_000 })).toMatchObject({
      outcome: 'inconclusive',
      reason: 'identity: app=shop: could not be asked: HTTP 403',
      checks: [],
    });
  });
});
