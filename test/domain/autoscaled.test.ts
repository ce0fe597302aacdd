import { expect, test } from '@jest/globals';
import { autoscaledIn, resetOf, sayReset } from '../../lib/domain/autoscaled.ts';
import type { Autoscaled } from '../../lib/domain/autoscaled.ts';
import type { KubeObject } from '../../lib/domain/kubernetes.ts';
import { parseManifest } from '../../lib/domain/manifest/parse.ts';
import type { ManifestObject } from '../../lib/domain/manifest/parse.ts';

const web = (spec: object): string =>
  JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec });
const scaler = (of = 'web'): string =>
  JSON.stringify({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'hpa' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: of } },
  });
const manifest = (...documents: string[]): ManifestObject[] =>
  parseManifest(documents.join('\n---\n'), () => 'shop');
const inCluster = (document: string, namespace = 'shop'): KubeObject => {
  const object = JSON.parse(document) as KubeObject;
  return { ...object, metadata: { ...object.metadata, namespace } };
};

const two = web({ replicas: 2 });
const none = web({});

test.each([
  ['a number that the chart sets', [two], [two], [scaler()], [{ written: 2, dropped: false }]],
  ['a number that it sets no longer', [none], [two], [scaler()], [{ written: undefined, dropped: true }]],
  ['a number that it never set', [none], [none], [scaler()], []],
  ['another workload’s autoscaler', [two], [two], [scaler('api')], []],
  ['no autoscaler yet: it comes with this release', [two, scaler()], [two], [], []],
  ['an autoscaler that leaves with this release', [two], [none, scaler()], [scaler()], []],
  ['an autoscaler that stays', [two, scaler()], [none, scaler()], [scaler()], [{ written: 2 }]],
  ['an autoscaler that somebody else made', [two], [], [scaler()], [{ written: 2, dropped: false }]],
])('%s', (_, rendered, deployed, live, expected) => {
  const scalers = live.map((document) => inCluster(document));
  expect(autoscaledIn(manifest(...rendered), manifest(...deployed), scalers)).toEqual(
    expected.map((each) => expect.objectContaining({ autoscaler: 'hpa', ...each })),
  );
});

test('an autoscaler of another namespace is none', () => {
  expect(autoscaledIn(manifest(two), [], [inCluster(scaler(), 'other')])).toEqual([]);
});

const id = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const sets: Autoscaled = { id, autoscaler: 'hpa', written: 2, dropped: false };
const drops: Autoscaled = { id, autoscaler: 'hpa', written: undefined, dropped: true };
const running = (replicas: number, ...managers: string[]): KubeObject => ({
  ...inCluster(web({ replicas })),
  metadata: {
    name: 'web',
    managedFields: managers.map((manager) => ({
      manager,
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    })),
  } as KubeObject['metadata'],
});

test.each([
  ['another number than runs', sets, running(7), 'client', 2],
  ['another number than runs, on the server', sets, running(7), 'server', 2],
  ['the number that runs', sets, running(2), 'client', undefined],
  ['dropped on the client side: 1, whoever owns it', drops, running(7, 'autoscaler'), 'client', 1],
  [
    'dropped on the server, and the autoscaler owns it',
    drops,
    running(7, 'helm', 'autoscaler'),
    'server',
    undefined,
  ],
  ['dropped on the server, and nobody else owns it', drops, running(7, 'helm'), 'server', 1],
  ['dropped, and 1 runs', drops, running(1), 'client', undefined],
  ['switched off', sets, running(0), 'client', undefined],
  ['not there yet', sets, undefined, 'client', undefined],
] as const)('%s', (_, workload, live, appliedBy, becomes) => {
  expect(resetOf(workload, live, appliedBy)?.becomes).toBe(becomes);
});

test('it is said who chose what, and why it would change', () => {
  expect(sayReset({ workload: sets, runs: 7, becomes: 2 })).toBe(
    'Deployment shop/web: 7 pods as HorizontalPodAutoscaler hpa chose, would become 2 (spec.replicas of the chart)',
  );
  expect(sayReset({ workload: drops, runs: 7, becomes: 1 })).toContain('no longer sets spec.replicas');
});
