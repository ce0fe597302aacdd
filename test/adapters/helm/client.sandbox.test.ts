import { describe, expect, test } from '@jest/globals';
import { helmCli } from '../../../lib/adapters/helm/client.ts';
import { CancelledError, TargetError, ToolError, UnreachableError } from '../../../lib/domain/errors.ts';
import { judgeStoredSize } from '../../../lib/domain/manifest/size.ts';
import { builtInType } from '../../../lib/domain/resource-types.ts';
import type { KubeObject, ResourceType } from '../../../lib/domain/kubernetes.ts';
import { configMap, helms, openLab, scratch, spawn, write } from './lab.ts';

const typeOf = (kind: string, apiVersion = 'v1'): ResourceType =>
  builtInType({ apiVersion, kind }) as ResourceType;

interface StoredSecret extends KubeObject {
  readonly data: { readonly release: string };
}

const deployment = {
  'values.yaml': 'label: a\nimage: none.invalid/none\n',
  'templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 0
  selector: {matchLabels: {app: {{ .Values.label }}}}
  template:
    metadata: {labels: {app: {{ .Values.label }}}}
    spec: {containers: [{name: app, image: {{ .Values.image }}}]}
`,
};
const job = (events: string, extra = ''): string => `apiVersion: batch/v1
kind: Job
metadata: {name: hook, annotations: {"helm.sh/hook": "${events}"}}
spec:
  backoffLimit: 0
  ${extra}
  template: {spec: {restartPolicy: Never, containers: [{name: c, image: none.invalid/none, env: [{name: P, value: "a-secret-value"}]}]}}
`;

describe.each(helms)('%s', (_, program) => {
  test('renders without changing anything, even where the namespace is not there yet', async () => {
    await using lab = await openLab(program);
    const intent = lab.intent(await lab.chart(configMap), { color: 'blue' });
    const elsewhere = {
      ...intent,
      createNamespace: true,
      release: { name: 'shop', namespace: `${lab.namespace}-x` },
    };

    const rendered = await lab.helm.render(elsewhere);

    expect(rendered).toMatchObject({
      name: 'shop',
      namespace: `${lab.namespace}-x`,
      revision: 1,
      status: 'pending-install',
      chart: 'shop',
      chartVersion: '1.2.3',
      hooks: [],
      manifest: expect.stringContaining('color: "blue"'),
    });
    expect(judgeStoredSize(rendered.storedBytes ?? Infinity).kind).toBe('fits');
    expect(await lab.kube.get(typeOf('Namespace'), '', `${lab.namespace}-x`)).toBeUndefined();
    expect(await lab.history.list(intent.release)).toEqual([]);
  });

  test('installs, upgrades, rolls back, uninstalls, and says what is', async () => {
    await using lab = await openLab(program);
    const chart = await lab.chart({ ...configMap, 'templates/NOTES.txt': 'Open {{ .Release.Name }}.' });
    const intent = lab.intent(chart, { color: 'blue' }, { description: 'slipway x/shop#1', historyMax: 5 });
    expect(await lab.helm.upgrade(intent)).toMatchObject({
      revision: 1,
      status: 'deployed',
      description: 'slipway x/shop#1',
      notes: 'Open shop.',
    });
    expect(await lab.helm.upgrade(lab.intent(chart, { color: 'green' }))).toMatchObject({
      revision: 2,
      status: 'deployed',
    });
    await lab.helm.rollback(intent.release, 1, { timeout: 30_000, wait: 'none' });
    const found = await lab.kube.get(typeOf('ConfigMap'), lab.namespace, 'shop');
    expect(found?.['data']).toEqual({ color: 'blue' });
    await lab.helm.uninstall(intent.release, { timeout: 30_000 });
    expect(await lab.history.list(intent.release)).toEqual([]);
    await lab.helm.uninstall(intent.release, { timeout: 30_000 });
  });

  test('what helm stores is near what was estimated', async () => {
    await using lab = await openLab(program);
    const intent = lab.intent(await lab.chart(configMap));
    const { storedBytes = 0 } = await lab.helm.render(intent);
    await lab.helm.upgrade(intent);
    const secret = await lab.kube.get(typeOf('Secret'), lab.namespace, 'sh.helm.release.v1.shop.v1');
    const stored = Buffer.from((secret as StoredSecret | undefined)?.data.release ?? '', 'base64').length;
    expect(Math.abs(stored - storedBytes) / stored).toBeLessThan(0.05);
  });

  test('hooks are listed with their events', async () => {
    await using lab = await openLab(program);
    const chart = await lab.chart({ ...configMap, 'templates/hook.yaml': job('pre-upgrade,post-upgrade') });
    expect((await lab.helm.render(lab.intent(chart))).hooks).toEqual([
      {
        name: 'hook',
        kind: 'Job',
        events: ['pre-upgrade', 'post-upgrade'],
        manifest: expect.stringContaining('kind: Job'),
      },
    ]);
  });

  test('an immutable field is named, and what the API quotes of the pod stays out of error and log', async () => {
    await using lab = await openLab(program);
    const chart = await lab.chart({
      'values.yaml': 'image: one\n',
      'templates/job.yaml': job('', 'suspend: true')
        .replace(/, annotations.*?"\}/, '')
        .replace('none.invalid/none', '{{ .Values.image }}'),
    });
    await lab.helm.upgrade(lab.intent(chart));
    const lines: string[] = [];
    const failure = await lab.helm
      .upgrade(lab.intent(chart, { image: 'two' }), { onLine: (line) => lines.push(line) })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TargetError);
    expect(failure).toMatchObject({
      message: 'Job.batch hook cannot be changed in place: spec.template is immutable',
    });
    expect(lines.join('\n')).toContain('spec.template');
    expect(lines.join('\n') + JSON.stringify(failure)).not.toContain('a-secret-value');
  });

  test('what belongs to somebody else is taken over only when asked', async () => {
    await using lab = await openLab(program);
    const own = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shop' }, data: {} };
    await lab.kube.create(typeOf('ConfigMap'), lab.namespace, own);
    const intent = lab.intent(await lab.chart(configMap));
    await expect(lab.helm.render(intent)).rejects.toMatchObject({
      message: 'ConfigMap shop exists and does not belong to this release',
      remedy: expect.stringContaining('take-ownership'),
    });
    expect(await lab.helm.upgrade({ ...intent, takeOwnership: true })).toMatchObject({ status: 'deployed' });
  });

  test('a hook that fails is named, and the release is recorded as failed', async () => {
    await using lab = await openLab(program);
    const chart = await lab.chart({ ...configMap, 'templates/hook.yaml': job('pre-install') });
    const intent = lab.intent(chart, {}, { timeout: 2_000 });
    await expect(lab.helm.upgrade(intent)).rejects.toMatchObject({
      message: expect.stringMatching(/a pre-install hook failed/),
    });
    expect(await lab.history.list(intent.release)).toEqual([{ revision: 1, status: 'failed' }]);
  });

  test('cancelled, helm records failed and says so', async () => {
    await using lab = await openLab(program);
    const chart = await lab.chart(configMap);
    await lab.helm.upgrade(lab.intent(chart));
    const slow = await lab.chart({ ...configMap, 'templates/hook.yaml': job('pre-upgrade') });
    const intent = lab.intent(slow, {}, { timeout: 60_000 });
    const cancel = new AbortController();
    const watching = new AbortController();
    lab.kube.watch(
      { resource: typeOf('Job', 'batch/v1'), namespace: lab.namespace },
      (event) => {
        if (event.type === 'changed') cancel.abort();
      },
      watching.signal,
    );
    await expect(lab.helm.upgrade(intent, { signal: cancel.signal })).rejects.toBeInstanceOf(CancelledError);
    watching.abort();
    expect((await lab.history.list(intent.release))[0]).toEqual({ revision: 2, status: 'failed' });
  });

  test('helm test passes, fails, and cannot run', async () => {
    await using lab = await openLab(program);
    const release = { name: 'shop', namespace: lab.namespace };
    await lab.helm.upgrade(lab.intent(await lab.chart({ ...configMap })));
    expect(await lab.helm.test(release, { timeout: 10_000 })).toMatchObject({ passed: true });
    const failing = await lab.chart({
      ...configMap,
      'templates/hook.yaml': job('test', 'activeDeadlineSeconds: 1'),
    });
    await lab.helm.upgrade(lab.intent(failing));
    expect(await lab.helm.test(release, { timeout: 20_000 })).toMatchObject({
      passed: false,
      output: expect.stringContaining('hook'),
    });
    await expect(lab.helm.test({ ...release, name: 'none' }, { timeout: 10_000 })).rejects.toThrow(
      'Helm knows no such release',
    );
  });

  test('no value is an argument, and nothing but helm and tar is started', async () => {
    await using lab = await openLab(program);
    await lab.helm.upgrade(lab.intent(await lab.chart(configMap), { color: 'a-private-colour' }));
    expect(lab.commands.flat().join(' ')).not.toContain('a-private-colour');
    expect(lab.commands.every((argv) => argv[0] === program || argv[0] === 'tar')).toBe(true);
  });

  test('an API that is not there is unreachable, not refused', async () => {
    await using lab = await openLab(program);
    using folder = scratch();
    write(folder.path, {
      kubeconfig: JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'c',
        clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        users: [{ name: 'u', user: { token: 't' } }],
      }),
    });
    const home = { path: `${folder.path}/home`, kubeconfig: `${folder.path}/kubeconfig` };
    const helm = helmCli(spawn, { home, workspace: folder.path, program });
    await expect(helm.render(lab.intent(await lab.chart(configMap)))).rejects.toBeInstanceOf(
      UnreachableError,
    );
  });
});

describe('Helm 4 alone', () => {
  const program = helms[1]?.[1] ?? '';

  test('force-conflicts wins the fields that somebody edited', async () => {
    await using lab = await openLab(program);
    const chart = await lab.chart(deployment);
    const newer = lab.intent(chart, { image: 'none.invalid/two' });
    await lab.helm.upgrade(lab.intent(chart));
    const edit = {
      spec: { template: { spec: { containers: [{ name: 'app', image: 'none.invalid/edited' }] } } },
    };
    await lab.kube.patch(typeOf('Deployment', 'apps/v1'), lab.namespace, 'web', edit);
    await expect(lab.helm.upgrade(newer)).rejects.toMatchObject({
      message: expect.stringMatching(/owns fields that the chart sets too/),
      details: [[expect.anything(), expect.stringContaining('.image')]],
    });
    expect(await lab.helm.upgrade({ ...newer, forceConflicts: true })).toMatchObject({ status: 'deployed' });
  });

  test('a release that Helm 3 made has nothing to force: said before anything is recorded', async () => {
    await using lab = await openLab(program);
    const home = { path: `${lab.path}/older`, kubeconfig: lab.kubeconfig };
    const older = helmCli(spawn, { home, workspace: lab.path, program: helms[0]?.[1] ?? '' });
    const intent = lab.intent(await lab.chart(configMap));
    await older.upgrade(intent);
    await expect(lab.helm.render({ ...intent, forceConflicts: true })).rejects.toMatchObject({
      faults: [{ input: 'force-conflicts' }],
    });
    expect(await lab.history.list(intent.release)).toEqual([{ revision: 1, status: 'deployed' }]);
    expect(await lab.helm.upgrade(intent)).toMatchObject({ revision: 2, status: 'deployed' });
  });
});

test.each([
  ['is not there', undefined, /helm is not on PATH/],
  ['is too old', 'echo v3.13.3+g1', /helm on PATH says v3\.13\.3\+g1; Helm 3\.14 or newer is needed/],
  ['is something else', 'echo hello', /helm on PATH says hello/],
])('a helm that %s', async (_, script, message) => {
  using folder = scratch();
  const program = `${folder.path}/helm`;
  if (script !== undefined) {
    write(folder.path, { helm: `#!/bin/sh\n${script}\n` });
    await spawn({ argv: ['chmod', '+x', program] });
  }
  const helm = helmCli(spawn, {
    home: { path: folder.path, kubeconfig: '/none' },
    workspace: folder.path,
    program,
  });
  const failure = await helm.version().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ToolError);
  expect(failure).toMatchObject({
    message: expect.stringMatching(message),
    remedy: expect.stringContaining('Azure/setup-helm'),
  });
});
