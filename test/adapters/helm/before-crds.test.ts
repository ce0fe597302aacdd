import { expect, test } from '@jest/globals';
import { isWithoutItsCrds, parseTemplate } from '../../../lib/adapters/helm/before-crds.ts';
import { explain } from '../../../lib/adapters/helm/explain.ts';

const crds = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec: {group: example.com, names: {kind: Widget}, versions: [{name: v1}, {name: v2}]}
`;
const refusal = (...kinds: readonly string[]): unknown =>
  explain(
    `Error: unable to build kubernetes objects from release manifest: [${kinds
      .map((kind) => `resource mapping not found for name: "x" namespace: "" from "": no matches for ${kind}`)
      .join('\nensure CRDs are installed first, ')}]`,
    'release shop in namespace shop',
  );
const widget = 'kind "Widget" in version "example.com/v2"';
const monitor = 'kind "ServiceMonitor" in version "monitoring.coreos.com/v1"';

test.each([
  ['what the chart brings', refusal(widget), true],
  ['what nobody brings', refusal(monitor), false],
  ['both', refusal(widget, monitor), false],
  [
    'something else',
    explain('Error: chart requires kubeVersion: >=9 which is incompatible with Kubernetes v1.34.0', ''),
    false,
  ],
  ['a defect', new Error('no matches for kind'), false],
])('%s', (_, error, expected) => {
  expect(isWithoutItsCrds(error, crds)).toBe(expected);
});

test('hooks are told from what stays', () => {
  const printed = `---
# Source: shop/templates/cm.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data: {text: "a: b"}
---
# Source: shop/templates/job.yaml
apiVersion: batch/v1
kind: Job
metadata: {name: shop-before, annotations: {helm.sh/hook: "pre-install, pre-upgrade"}}
---
# Source: shop/templates/test.yaml
apiVersion: v1
kind: Pod
metadata: {name: shop-test, annotations: {helm.sh/hook: test-success}}
`;
  const chart = { name: 'shop', version: '1.2.3', path: '/c', appVersion: '', digest: '', kubeVersion: '' };
  const rendered = parseTemplate(printed, {
    release: { name: 'shop', namespace: 'prod' },
    chart: { ...chart, defaults: {}, missingDependencies: [], hasCrds: true },
    valuesFiles: [],
    createNamespace: false,
    takeOwnership: false,
    forceConflicts: false,
    skipCrds: false,
    wait: 'none',
    timeout: 1_000,
    extraArgs: [],
  });

  expect(rendered.manifest).toContain('# Source: shop/templates/cm.yaml');
  expect(rendered.manifest).not.toContain('Job');
  expect(rendered.hooks).toMatchObject([
    { name: 'shop-before', kind: 'Job', events: ['pre-install', 'pre-upgrade'] },
    { name: 'shop-test', kind: 'Pod', events: ['test'] },
  ]);
  expect(rendered).toMatchObject({ name: 'shop', namespace: 'prod', chart: 'shop', chartVersion: '1.2.3' });
});
