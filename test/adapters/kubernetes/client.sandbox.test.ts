import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { WatchEvent } from '../../../lib/ports/kube.ts';
import { pushServiceImage } from '../../../sandbox/service/image.ts';
import { TestCluster, typeOf } from './cluster.ts';

const configMaps = typeOf('v1', 'ConfigMap');
const pods = typeOf('v1', 'Pod');
const refused = (status: number, reason: string) => ({ refusal: { status, reason } });

test('a client certificate, a token and base64 of a kubeconfig all open the same cluster', async () => {
  await using cluster = await TestCluster.open();
  const { certificateKubeconfig, kubeconfig, apiUrl, ca, adminToken } = cluster.sandbox;
  const text = Buffer.from(readFileSync(kubeconfig)).toString('base64');
  for (const access of [
    { kind: 'file', path: certificateKubeconfig },
    { kind: 'token', server: apiUrl, ca, token: adminToken },
    { kind: 'kubeconfig', text },
  ] as const) {
    expect(await cluster.client(access).version()).toMatchObject({
      gitVersion: expect.stringMatching(/^v1\./),
    });
  }
  const wrong = cluster.client({ kind: 'token', server: apiUrl, ca, token: 'nobody' });
  await expect(wrong.version()).rejects.toMatchObject(refused(401, 'Unauthorized'));
});

test('objects are created, replaced, patched and deleted, each under its precondition', async () => {
  await using cluster = await TestCluster.open();
  const { kube, namespace } = cluster;
  const first = await cluster.create('v1', 'ConfigMap', 'a', { data: { x: '1' } });
  await expect(cluster.create('v1', 'ConfigMap', 'a')).rejects.toMatchObject(refused(409, 'AlreadyExists'));

  const second = await kube.replace(configMaps, namespace, { ...first, data: { x: '2' } });
  await expect(kube.replace(configMaps, namespace, first)).rejects.toMatchObject(refused(409, 'Conflict'));
  await kube.patch(configMaps, namespace, 'a', { data: { y: 'merged' } });
  const patch = [{ op: 'replace', path: '/data/x', value: '3' }];
  expect(await kube.patch(configMaps, namespace, 'a', patch, 'json')).toMatchObject({
    data: { x: '3', y: 'merged' },
  });

  const stale = { resourceVersion: second.metadata.resourceVersion ?? '' };
  await expect(kube.delete(configMaps, namespace, 'a', stale)).rejects.toMatchObject(
    refused(409, 'Conflict'),
  );
  await kube.delete(configMaps, namespace, 'a', { uid: first.metadata.uid ?? '' });
  expect(await kube.get(configMaps, namespace, 'a')).toBeUndefined();
  await expect(kube.patch(configMaps, namespace, 'a', {})).rejects.toMatchObject(refused(404, 'NotFound'));
});

test('what is served, and what is not', async () => {
  await using cluster = await TestCluster.open();
  const served = await cluster.kube.resourceTypes('apps/v1');
  expect(served).toContainEqual(typeOf('apps/v1', 'Deployment'));
  expect(served?.some(({ plural }) => plural.includes('/'))).toBe(false);
  expect(await cluster.kube.resourceTypes('v1')).toContainEqual(pods);
  expect(await cluster.kube.resourceTypes('example.com/v1')).toBeUndefined();
});

test('a watch hands on each change at once', async () => {
  await using cluster = await TestCluster.open();
  const { kube, namespace } = cluster;
  await cluster.create('v1', 'ConfigMap', 'old');
  const refusals: unknown[] = [];
  const sent: number[] = [];
  const received: number[] = [];
  const target = { resource: configMaps, namespace, fieldSelector: 'metadata.name!=kube-root-ca.crt' };
  const seen = await cluster.watchUntil(kube, target, (event) => {
    received.push(performance.now());
    const next = [
      () => cluster.create('v1', 'ConfigMap', 'new'),
      () => kube.patch(configMaps, namespace, 'new', { data: { size: 'größer' } }),
      () => kube.delete(configMaps, namespace, 'new'),
    ][received.length - 1];
    sent.push(performance.now());
    next?.().catch((error: unknown) => refusals.push(error));
    return event.type === 'deleted' || refusals.length > 0;
  });
  const word = (event: WatchEvent): string =>
    event.type === 'listed'
      ? event.objects.map(({ kind, metadata }) => `listed ${kind} ${metadata.name}`).join()
      : `${event.type} ${'object' in event ? event.object.metadata.name : ''}`;
  expect(refusals).toEqual([]);
  expect(seen.map(word)).toEqual(['listed ConfigMap old', 'changed new', 'changed new', 'deleted new']);
  // The write itself is in it; far below the 0.1 s that a verdict has.
  const slowest = Math.max(...received.slice(1).map((at, index) => at - (sent[index] ?? 0)));
  expect(slowest).toBeLessThan(100);
});

test('without watch it lists, without list it says so, and denied knows both before', async () => {
  await using cluster = await TestCluster.open();
  const kube = await cluster.restricted([{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]);
  const { namespace } = cluster;
  const questions = ['list', 'watch'].map((verb) => ({ verb, group: '', resource: 'pods', namespace }));
  expect(await kube.denied(questions)).toEqual([questions[1]]);

  let listed = 0;
  await cluster.watchUntil(
    kube,
    { resource: pods, namespace },
    ({ type }) => type === 'listed' && ++listed === 2,
  );
  expect(cluster.debug).toEqual(['watching pods is forbidden, listing is not: listing every 2 s instead']);

  const [only] = await cluster.watchUntil(kube, { resource: configMaps, namespace }, () => true);
  expect(only).toEqual({
    type: 'forbidden',
    reason: expect.stringContaining('cannot list resource "configmaps"'),
  });
});

test('logs are read and followed to their end', async () => {
  await using cluster = await TestCluster.open();
  const { kube, namespace } = cluster;
  const { ref } = await pushServiceImage({ registry: cluster.sandbox.registry, version: 'log' });
  const containers = [{ name: 'app', image: ref }];
  await cluster.create('v1', 'Pod', 'p', {
    spec: { containers, restartPolicy: 'Never', terminationGracePeriodSeconds: 1 },
  });
  await cluster.watchUntil(kube, { resource: pods, namespace }, (event) =>
    'object' in event ? (event.object.status as { phase?: string }).phase === 'Running' : false,
  );
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const onLine = (line: string): void => {
      lines.push(line);
      if (lines.length === 1) kube.delete(pods, namespace, 'p').catch(reject);
    };
    kube.followLog(namespace, 'p', 'app', onLine, new AbortController().signal).then(resolve, reject);
  });
  expect(lines[0]).toContain('log');
  const asked = { container: 'app', previous: false, tailLines: 5, lastBytes: 1_000 };
  const { signal } = new AbortController();
  await expect(kube.log(namespace, 'gone', { ...asked, signal })).rejects.toMatchObject(
    refused(404, 'NotFound'),
  );
});
