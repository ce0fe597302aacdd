import { expect, test } from '@jest/globals';
import { parseManifest } from '../../../lib/domain/manifest/parse.ts';
import { chooseTargets } from '../../../lib/domain/verdict/targets.ts';

const clusterScoped = new Set(['CustomResourceDefinition', 'ClusterRole']);
const objects = parseManifest(
  `
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 2}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: held}, spec: {paused: true}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: seed}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: migrate, annotations: {helm.sh/hook: pre-upgrade}}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: nightly}}
---
{apiVersion: v1, kind: Service, metadata: {name: web}}
---
{apiVersion: v1, kind: Service, metadata: {name: edge}, spec: {type: LoadBalancer}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}
---
{apiVersion: acme.dev/v1, kind: Widget, metadata: {name: blue}}
---
{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: widgets.acme.dev}}
`,
  ({ kind }) => (clusterScoped.has(kind) ? '' : 'shop'),
);

const choose = (gate: string[], ignore: string[]) => {
  const { gated, advisory, faults } = chooseTargets(objects, { gate, ignore });
  const names = (ids: typeof gated) => ids.map(({ kind, name }) => `${kind}/${name}`);
  return { gated: names(gated), advisory: names(advisory), faults };
};

const usual = ['Deployment/web', 'StatefulSet/db', 'Job/seed', 'CustomResourceDefinition/widgets.acme.dev'];
const noticed = ['Deployment/held', 'Service/edge', 'PersistentVolumeClaim/data'];

test.each([
  ['nothing is asked', [], [], usual, noticed],
  [
    'a custom resource gates when asked',
    ['Widget/blue'],
    [],
    [...usual.slice(0, 3), 'Widget/blue', ...usual.slice(3)],
    noticed,
  ],
  [
    'the kind may be written in any case',
    ['service/edge'],
    [],
    ['Deployment/web', 'StatefulSet/db', 'Job/seed', 'Service/edge', ...usual.slice(3)],
    [noticed[0], noticed[2]],
  ],
  ['a kind is ignored', [], ['Job/*'], usual.filter((name) => name !== 'Job/seed'), noticed],
  ['a name outranks a star', ['Deployment/web'], ['deployment/*'], usual, noticed.slice(1)],
  ['what is ignored is not spoken of', [], ['PersistentVolumeClaim/data'], usual, noticed.slice(0, 2)],
])('%s', (_what, gate, ignore, gated, advisory) => {
  expect(choose(gate, ignore)).toEqual({ gated, advisory, faults: [] });
});

test.each([
  ['gate', ['Deploiment/web'], [], 'matches nothing that the chart renders; did you mean Deployment/web?'],
  [
    'gate',
    ['Deployment/other'],
    [],
    'matches nothing that the chart renders; there is: Deployment/web, Deployment/held',
  ],
  [
    'gate',
    ['Deploymint/*'],
    [],
    'matches nothing that the chart renders; there is: Deployment/web, Deployment/held',
  ],
  ['ignore', [], ['Ingress/*'], expect.stringContaining('there is: Deployment, StatefulSet, Job')],
  ['ignore', [], ['Job/migrate'], 'that is a hook: Helm itself waits for hooks, leave it out'],
  ['gate', ['Deployment'], [], 'write Kind/name or Kind/*'],
  ['gate', ['/web'], [], 'write Kind/name or Kind/*'],
])('a selector that selects nothing is a fault of %s: %s%s', (input, gate, ignore, problem) => {
  expect(choose(gate, ignore).faults).toEqual([{ input, value: [...gate, ...ignore][0], problem }]);
});

test('the same name in both is a fault, and neither wins', () => {
  const { faults, gated } = choose(['Job/seed'], ['job/seed']);
  expect(faults).toEqual([
    { input: 'gate', value: 'Job/seed', problem: 'is named by ignore as well: take it out of one of them' },
  ]);
  expect(gated).not.toContain('Job/seed');
});
