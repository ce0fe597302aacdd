import { expect, test } from '@jest/globals';
import { TestNamespace } from './cluster.ts';

const job = (name: string) => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name } });

test('a Job that fails is called at once, with how its pod ended', async () => {
  await using shop = await TestNamespace.open('job');
  const gated = [shop.id(job('migrate'))];
  const seen = shop.follow(...gated);
  await seen.synced();
  const containers = [
    {
      name: 'app',
      image: shop.image,
      command: ['/service', 'job', '--say', 'no table', '--exit', '3'],
      terminationMessagePolicy: 'FallbackToLogsOnError',
    },
  ];
  await shop.create({
    ...job('migrate'),
    spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers } } },
  });
  await seen.applied(gated);
  const verdict = await seen.verdict(60_000);
  expect(verdict).toMatchObject({ outcome: 'fail', findings: [{ rule: 'JobFailed', severity: 'terminal' }] });
  expect(verdict.reason).toMatch(
    /BackoffLimitExceeded, pod migrate-\S+ container app: exit 3 \(Error\): no table/,
  );
});

test('a Job that its TTL removes at once has still been seen to end well', async () => {
  await using shop = await TestNamespace.open('ttl');
  const gated = [shop.id(job('seed'))];
  const seen = shop.follow(...gated);
  await seen.synced();
  const containers = [{ name: 'app', image: shop.image, command: ['/service', 'job'] }];
  await shop.create({
    ...job('seed'),
    spec: { ttlSecondsAfterFinished: 0, template: { spec: { restartPolicy: 'Never', containers } } },
  });
  await seen.applied(gated);
  expect(await seen.verdict(60_000)).toMatchObject({ outcome: 'pass' });
});

test('a StatefulSet with a partition, a DaemonSet that is only replaced by hand', async () => {
  await using shop = await TestNamespace.open('sets');
  const db = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db' } };
  const agent = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent' } };
  const gated = [shop.id(db), shop.id(agent)];
  const seen = shop.follow(...gated);
  await seen.synced();
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
  await shop.create({
    ...db,
    spec: {
      replicas: 2,
      serviceName: 'db',
      podManagementPolicy: 'Parallel',
      updateStrategy,
      ...shop.template('db'),
    },
  });
  await shop.create({ ...agent, spec: { updateStrategy: { type: 'OnDelete' }, ...shop.template('agent') } });
  await seen.applied(gated);
  expect(await seen.verdict(60_000)).toMatchObject({ outcome: 'pass', findings: [] });

  const changed = {
    spec: { template: { spec: { containers: [shop.container(['/service'], { VERSION: 'v2' })] } } },
  };
  await shop.patch(db, changed);
  await shop.patch(agent, changed);
  await seen.applied(gated);
  const verdict = await seen.verdict(60_000);
  expect(verdict).toMatchObject({
    outcome: 'pass',
    workloads: [
      { done: 2, wanted: 2 },
      { done: 1, wanted: 1 },
    ],
  });
  expect(verdict.findings.map(({ subject, rule, cause }) => [subject, rule, cause])).toEqual([
    [`StatefulSet ${shop.name}/db`, 'OldRevisionKept', expect.stringContaining('1 pod ')],
    [`DaemonSet ${shop.name}/agent`, 'OldRevisionKept', expect.stringContaining('1 pod ')],
  ]);

  await shop.patch(agent, {
    spec: {
      updateStrategy: { type: 'RollingUpdate' },
      template: { spec: { containers: [{ ...shop.container(), image: `${shop.image}-nope` }] } },
    },
  });
  await seen.applied(gated);
  const { workloads } = await seen.verdict(4_000);
  expect(workloads[1]).toMatchObject({
    ready: false,
    done: 0,
    wanted: 1,
    blockedOn: expect.stringMatching(/^pod agent-\S+ container app: (ErrImagePull|ImagePullBackOff)/),
  });
});

test('a definition and an object of it, in one release; bare pod, claim and balancer', async () => {
  await using shop = await TestNamespace.open('custom');
  const group = `${shop.name}.example.com`;
  const names = { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' };
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
  };
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: open } }];
  const widget = { apiVersion: `${group}/v1`, kind: 'Widget', namespace: shop.name, name: 'blue' };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'once' } };
  const gated = [shop.id(crd), widget, shop.id(pod)];
  const seen = shop.follow(...gated);
  await seen.synced();
  await shop.create({ ...crd, spec: { group, scope: 'Namespaced', names, versions } });
  await shop.create({
    ...pod,
    spec: {
      restartPolicy: 'Never',
      containers: [{ name: 'app', image: shop.image, command: ['/service', 'job', '--for', '1s'] }],
    },
  });
  try {
    await seen.applied(gated);
    const verdict = seen.verdict(60_000);
    const type = { group, version: 'v1', plural: 'widgets', kind: 'Widget', namespaced: true };
    for (let served = false; !served;) served = (await shop.kube.resourceTypes(`${group}/v1`)) !== undefined;
    const status = { observedGeneration: '1', conditions: [{ type: 'Ready', status: 'True' }] };
    await shop.kube.create(type, shop.name, {
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      metadata: { name: 'blue', namespace: shop.name },
      status,
    });
    expect(await verdict).toMatchObject({ outcome: 'pass', reason: '3 of 3 workloads ready' });
  } finally {
    const definitions = {
      group: 'apiextensions.k8s.io',
      version: 'v1',
      plural: 'customresourcedefinitions',
      kind: 'CustomResourceDefinition',
      namespaced: false,
    };
    await shop.kube.delete(definitions, '', crd.metadata.name);
  }
});
