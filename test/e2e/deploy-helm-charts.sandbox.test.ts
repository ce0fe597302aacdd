import { expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import type { KubeObject } from '../../lib/domain/kubernetes.ts';
import { chartCopy } from './support/charts.ts';
import { grantClusterWide } from './support/identity.ts';
import { typeOf } from './support/namespace.ts';
import { failedFor, shipped } from './support/expected.ts';
import { release, serviceImage } from './support/release.ts';
import type { Release } from './support/release.ts';
import { majors } from './support/tools.ts';

test.concurrent.each(majors)('hooks before and after say in the log what they do (%s)', async (helm) => {
  await using shop = await release({ helm, chart: 'hooks' });

  const first = await shop.deploy();
  const second = await shop.deploy({ values: { replicas: 2 } });

  expect(first).toMatchObject(shipped);
  expect(first.log).toContain('hook shop-after | after: checked');
  expect(first.log).not.toContain('before: step');
  expect(second).toMatchObject({ ...shipped, outputs: { revision: '2', status: 'deployed' } });
  expect(second.log).toMatch(
    /hook shop-before \| before: step 1\n(.*\n)*?hook shop-before \| before: step 2/,
  );
  expect(second.log).toContain('hook shop-after | after: checked');

  const failed = await shop.deploy({ values: { after: { exit: 4, say: 'the shop is closed' } } });

  expect(failed).toMatchObject({ result: 'failure', outputs: { status: 'deployed' } });
  expect(failed.reason).toContain('shop-after');
  expect(failed.log).toContain('hook shop-after | the shop is closed');
  expect(await shop.statuses()).toEqual(['1 superseded', '2 superseded', '3 failed', '4 deployed']);
  expect(await shop.records()).toEqual(['#1 ready', '#2 ready', '#3 rolled-back']);
});

test.concurrent.each(majors)(
  'a roll-out between hooks that never becomes ready is called by the watcher (%s)',
  async (helm) => {
    await using shop = await release({ helm, chart: 'hooks' });
    await shop.deploy();

    const failed = await shop.deploy({ values: { faults: { FAULT_NEVER_READY: 'true' } }, timeout: '8s' });

    expect(failed).toMatchObject(failedFor('Deployment'));
    expect(failed.log).not.toContain('after: checked');
    expect(await shop.statuses()).toEqual(['1 superseded', '2 failed', '3 deployed']);
  },
);

test.concurrent.each(majors)(
  'definitions in crds/ are installed, upgraded or left alone, as asked (%s)',
  async (helm) => {
    await using shop = await release({ helm, chart: 'crds', with: { images: '' } });
    const { name: group } = shop.namespace;
    await using _ = await mayDefineWidgets(shop, group);
    const chart = (schema = 'minimum: 1'): Promise<string> =>
      chartCopy('crds', shop.folder, (text) =>
        text.replaceAll('sandbox.slipway.dev', `${group}.slipway.dev`).replace('minimum: 1', schema),
      );

    const skipped = await shop.deploy({ chart: await chart(), crds: 'skip' });
    expect(skipped).toMatchObject({ result: 'failure', record: undefined });
    expect(skipped.reason).toContain('Widget');

    // A custom resource counts by its Ready condition, and only when asked for.
    const gate = { gate: 'Widget/shop', timeout: '4s' };
    const ready = { widget: { ready: 'True' } };
    const first = await shop.deploy({ chart: await chart(), values: ready, ...gate, timeout: '60s' });
    expect(first).toMatchObject(shipped);
    expect(first.log).toContain(`first       create CRD widgets.${group}.slipway.dev`);
    expect(first.log).toContain('rendered without the cluster');
    expect(first.log).toContain(`CRD widgets.${group}.slipway.dev created`);

    const newer = { chart: await chart('minimum: 0') };
    const unready = { widget: { ready: 'False', message: 'no wood' } };
    expect(await shop.deploy({ ...newer, ...gate, values: unready })).toMatchObject(failedFor('no wood'));
    expect(await smallestSize(shop, group)).toBe(1);

    const upgraded = await shop.deploy({ ...newer, crds: 'upgrade', values: unready });
    expect(upgraded).toMatchObject(shipped);
    expect(upgraded.log).toContain(`CRD widgets.${group}.slipway.dev upgraded`);
    expect(await smallestSize(shop, group)).toBe(0);
  },
);

test.concurrent('who may not bring definitions is told before, and needs not where they are', async () => {
  const widgets = { apiGroups: ['*'], resources: ['widgets'], verbs: ['get', 'create', 'patch'] };
  await using shop = await release({ chart: 'crds', with: { images: '' }, rules: [widgets] });
  const { name: group } = shop.namespace;
  let crd = '';
  const chart = await chartCopy('crds', shop.folder, (text, path) => {
    const own = text.replaceAll('sandbox.slipway.dev', `${group}.slipway.dev`);
    if (path.startsWith('crds/')) crd = own;
    return own;
  });
  const before = await shop.namespace.footprint();

  const blind = await shop.deploy({ chart });
  const looking = { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'] };
  await using _ = await grantClusterWide(shop.namespace, [{ ...looking, verbs: ['get'] }]);
  const denied = await shop.deploy({ chart });

  expect(blind.log).toMatch(/denied +get customresourcedefinitions.*crds: skip/);
  expect(denied.log).toMatch(/denied +create customresourcedefinitions.*crds: skip/);
  expect(await shop.namespace.footprint()).toEqual(before);

  const { metadata, spec } = load(crd) as KubeObject;
  const definition = 'apiextensions.k8s.io/v1 CustomResourceDefinition';
  await shop.namespace.create(definition, metadata.name, { spec }, '');
  await using _definition = {
    [Symbol.asyncDispose]: () => shop.namespace.kube.delete(typeOf(definition), '', metadata.name),
  };
  expect(await shop.deploy({ chart })).toMatchObject(shipped);
});

interface Definition {
  readonly versions: readonly {
    readonly schema: {
      readonly openAPIV3Schema: {
        readonly properties: {
          readonly spec: { readonly properties: { readonly size: { readonly minimum: number } } };
        };
      };
    };
  }[];
}

async function smallestSize({ namespace: { kube } }: Release, group: string): Promise<number | undefined> {
  const definition = typeOf('apiextensions.k8s.io/v1 CustomResourceDefinition');
  const { spec } = (await kube.get(definition, '', `widgets.${group}.slipway.dev`)) ?? {};
  return (spec as Definition).versions[0]?.schema.openAPIV3Schema.properties.spec.properties.size.minimum;
}

async function mayDefineWidgets(shop: Release, group: string): Promise<AsyncDisposable> {
  const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
  const granted = await grantClusterWide(shop.namespace, [
    { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs },
    { apiGroups: [`${group}.slipway.dev`], resources: ['widgets'], verbs },
  ]);
  const definitions = typeOf('apiextensions.k8s.io/v1 CustomResourceDefinition');
  return {
    async [Symbol.asyncDispose]() {
      await shop.namespace.kube.delete(definitions, '', `widgets.${group}.slipway.dev`);
      await granted[Symbol.asyncDispose]();
    },
  };
}

test.concurrent('a subchart takes its image and is waited for, also while GitHub refuses', async () => {
  const { pinned } = await serviceImage('v1');
  await using shop = await release({ chart: 'umbrella', with: { images: `stock.image=${pinned}` } });
  shop.github.fail({ operation: '*', fault: { kind: 'status', status: 403 }, times: 0 });

  const ending = await shop.deploy({ environment: 'production' });

  expect(ending).toMatchObject({ ...shipped, outputs: { 'deployment-id': '' } });
  expect(ending.log).toMatch(/::warning.*the job needs permissions: deployments: write/);
  expect(JSON.parse(ending.outputs['images'] ?? '')).toEqual({ 'Deployment/shop-stock/service': pinned });
});

test.concurrent('each kind is waited for, and its image read back', async () => {
  await using shop = await release({ chart: 'kinds' });
  await using _ = await volumeFor(shop, 'shop-claim');
  const { pinned } = await serviceImage('v1');
  const enabled = { enabled: true };

  const ending = await shop.deploy({
    values: {
      statefulSet: enabled,
      daemonSet: enabled,
      job: { ...enabled, for: '1s' },
      pvc: enabled,
      // Nothing in the sandbox gives it an address: reported, not waited for.
      loadBalancer: enabled,
      // Held by the manifest itself: reported, not waited for.
      deployment: { ...enabled, paused: true },
    },
    // Bound with its first pod in many clusters: waited for when asked.
    gate: 'PersistentVolumeClaim/*',
  });

  expect(ending).toMatchObject({ ...shipped, reason: expect.stringContaining('4 of 4 workloads ready') });
  for (const id of ['StatefulSet', 'DaemonSet', 'Job', 'PersistentVolumeClaim'])
    expect(ending.summary).toMatch(new RegExp(`\\| \`${id} .*\\| ready \\|`));
  expect(JSON.parse(ending.outputs['images'] ?? '')).toMatchObject({
    'StatefulSet/shop-stateful/service': pinned,
    'DaemonSet/shop-daemon/service': pinned,
  });
  expect(ending.summary).toContain('paused');

  const asked = await shop.deploy({
    values: { loadBalancer: enabled },
    // Nothing with an image is left to ask it for.
    images: '',
    gate: 'Service/shop-balancer',
    timeout: '3s',
    'on-failure': 'leave',
  });
  expect(asked).toMatchObject(failedFor('shop-balancer'));
});

async function volumeFor({ namespace }: Release, claim: string): Promise<AsyncDisposable> {
  const spec = {
    accessModes: ['ReadWriteOnce'],
    storageClassName: '',
    capacity: { storage: '1Mi' },
    claimRef: { name: claim, namespace: namespace.name },
    hostPath: { path: '/tmp' },
  };
  await namespace.create('v1 PersistentVolume', namespace.name, { spec }, '');
  const type = typeOf('v1 PersistentVolume');
  return { [Symbol.asyncDispose]: () => namespace.kube.delete(type, '', namespace.name) };
}

test.concurrent('replicas that an autoscaler has chosen are never reset', async () => {
  await using shop = await release();
  const autoscaling = { enabled: true, minReplicas: 1, maxReplicas: 4 };
  await shop.deploy({ values: { autoscaling } });
  // The sandbox has no metrics: this plays the autoscaler.
  await shop.namespace.patch('apps/v1 Deployment', 'shop', { spec: { replicas: 3 } });

  const ending = await shop.deploy({
    values: { autoscaling },
    images: `image=${(await serviceImage('v2')).pinned}`,
  });

  expect(ending).toMatchObject(shipped);
  expect((await shop.namespace.get('apps/v1 Deployment', 'shop'))?.spec).toMatchObject({ replicas: 3 });
  expect(ending.summary).toMatch(/`Deployment .*\/shop` \| 3 of 3 \| ready/);

  const before = await shop.namespace.footprint();
  const chart = await chartCopy('shop', shop.folder, (text) =>
    text.replace('if not .Values.autoscaling.enabled', 'if true'),
  );
  const refused = await shop.deploy({ values: { autoscaling }, chart });

  expect(refused).toMatchObject(failedFor('the release would reset replicas that an autoscaler has chosen'));
  expect(refused.log).toContain('3 pods as HorizontalPodAutoscaler shop chose, would become 1');
  expect(await shop.namespace.footprint()).toEqual(before);
});

test.concurrent('what is ignored need not become ready; a selector that matches nothing is a fault', async () => {
  await using shop = await release({ chart: 'kinds' });
  const values = { daemonSet: { enabled: true }, job: { enabled: true, exit: 1 } };

  const ignored = await shop.deploy({ values, ignore: 'Job/*' });
  const faulty = await shop.deploy({ values, ignore: 'Job/shop-jbo-1', gate: 'DeamonSet/*' });

  expect(ignored).toMatchObject({ ...shipped, reason: expect.stringContaining('1 of 1 workloads ready') });
  expect(faulty).toMatchObject({ result: 'failure', reason: '2 inputs are wrong; nothing was changed' });
  expect(faulty.log).toContain('did you mean Job/shop-job-1?');
  expect(faulty.log).toContain('there is: DaemonSet/shop-daemon');
  expect(await shop.statuses()).toEqual(['1 deployed']);

  await using hooked = await release({ chart: 'hooks' });
  const refused = await hooked.deploy({ ignore: 'Deployment/shop' });
  expect(refused).toMatchObject({ result: 'failure', log: expect.stringContaining('hook Job shop-after') });
});

test.concurrent('a roll-out that somebody has paused is named', async () => {
  await using shop = await release({ with: { timeout: '5s', 'on-failure': 'leave' } });
  await shop.deploy({ timeout: '60s' });
  await shop.namespace.patch('apps/v1 Deployment', 'shop', { spec: { paused: true } });

  const held = await shop.deploy({ images: `image=${(await serviceImage('v2')).pinned}` });

  expect(held).toMatchObject(failedFor('the rollout is paused'));
});

test.concurrent('a chart from an OCI registry, by version and by digest', async () => {
  await using shop = await release();
  const { registry } = shop.namespace.sandbox;
  const repository = `oci://${registry}/e2e-charts`;
  await shop.helm('package', shop.chart, '--destination', shop.folder);
  await shop.helm('push', `${shop.folder}/shop-0.1.0.tgz`, repository, '--plain-http');

  const byVersion = await shop.deploy({ chart: `${repository}/shop`, version: '0.1.0' });
  const digest = byVersion.outputs['chart-digest'];
  const byDigest = await shop.deploy({ chart: `${repository}/shop@${digest}` });

  expect(byVersion).toMatchObject({ ...shipped, outputs: { 'chart-version': '0.1.0' } });
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(byDigest).toMatchObject({ ...shipped, outputs: { 'chart-digest': digest } });
  expect(byDigest.record).toMatchObject({ to: { chartDigest: digest } });
});
