import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseReport } from '../../lib/domain/gate/evidence.ts';
import { runAction } from '../support/runner.ts';
import { failedFor, shipped } from './support/expected.ts';
import { grantClusterWide, identityIn, kubeconfigOf, minimalRole } from './support/identity.ts';
import { typeOf } from './support/namespace.ts';
import { release } from './support/release.ts';
import type { Release } from './support/release.ts';
import { complete, entryOf, root } from './support/step.ts';
import type { With } from './support/step.ts';

/** Nothing runs yet: a plan shows that our client and helm have both reached the cluster. */
let shop: Release;
beforeAll(async () => {
  shop = await release();
});
afterAll(() => shop[Symbol.asyncDispose]());

const planned = { result: 'success', reason: 'dry run: nothing was changed' };

/** The same kubeconfig with a first context that leads nowhere. */
function twoContexts(): string {
  const config = JSON.parse(shop.identity.kubeconfig) as { contexts: object[]; clusters: object[] };
  config.clusters.push({ name: 'nowhere', cluster: { server: 'https://127.0.0.1:1' } });
  config.contexts.unshift({ name: 'nowhere', context: { cluster: 'nowhere', user: 'deployer' } });
  return JSON.stringify({ ...config, 'current-context': 'nowhere' });
}

test.concurrent.each<[string, () => With]>([
  ['a kubeconfig as text', () => ({ kubeconfig: shop.identity.kubeconfig })],
  ['a context that is not the current one', () => ({ kubeconfig: twoContexts(), context: 'sandbox' })],
  [
    'a server, its authority and a token',
    () => {
      const { apiUrl: server, ca } = shop.namespace.sandbox;
      return { kubeconfig: '', server, 'server-ca': ca, 'server-token': shop.identity.token };
    },
  ],
])('%s names the cluster', async (_, inputs) => {
  expect(await shop.deploy({ 'dry-run': true, ...inputs() })).toMatchObject(planned);
});

test.concurrent('a dry run by one who may only read says what would change, for the page of the gate', async () => {
  await using shop = await release();
  await shop.deploy();
  const reader = await identityIn(shop.namespace, minimalRole('deploy-helm', 'role: dry-run'), 'reader');
  const before = await shop.namespace.footprint();
  const config = { values: { config: { COLOUR: 'green' } } };

  const seen = await shop.deploy({ ...config, 'dry-run': true, kubeconfig: reader.kubeconfig });
  const denied = await shop.deploy({ ...config, kubeconfig: reader.kubeconfig });

  expect(seen).toMatchObject(planned);
  expect(parseReport(JSON.stringify(seen.report))).toMatchObject({
    action: 'deploy-helm',
    wouldChange: ['+ ConfigMap shop', '! Deployment shop (+4 -1)'],
  });
  expect(denied.log).toContain('may not');
  expect(await shop.namespace.footprint()).toEqual(before);
});

test.concurrent("the runner's KUBECONFIG names the cluster where no input does", async () => {
  const file = join(shop.folder, 'kubeconfig');
  await writeFile(file, shop.identity.kubeconfig, { mode: 0o600 });

  const { outputs, shown } = await runPlain({ KUBECONFIG: file });

  expect({ outputs, shown }).toMatchObject({ outputs: planned });
});

test.concurrent('in a pod its own account is used, whatever lies in HOME', async () => {
  const { apiUrl, ca } = shop.namespace.sandbox;
  const home = join(shop.folder, 'home');
  await mkdir(join(home, '.kube'), { recursive: true });
  const elsewhere = kubeconfigOf(shop.namespace, 'another-token', 'https://127.0.0.1:1');
  await writeFile(join(home, '.kube', 'config'), elsewhere);
  const account = join(shop.folder, 'account');
  await mkdir(account);
  const files = { token: shop.identity.token, 'ca.crt': ca, namespace: shop.namespace.name };
  for (const [name, text] of Object.entries(files)) await writeFile(join(account, name), text);
  const { hostname, port } = new URL(apiUrl);
  const pod = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };

  const { outputs, shown } = await runPlain({ HOME: home, ...pod }, await asPod(account));

  expect({ outputs, shown }).toMatchObject({ outputs: planned });
});

/** A step without any input that names a cluster. */
async function runPlain(env: Record<string, string>, entry = entryOf('deploy-helm')) {
  const given = {
    release: 'shop',
    namespace: shop.namespace.name,
    chart: shop.chart,
    values: shop.defaultValues,
    images: `image=${shop.image.pinned}`,
    'dry-run': true,
  };
  const path = `${join(shop.folder, 'bin')}:${process.env['PATH']}`;
  const around = { PATH: path, HOME: shop.folder, GITHUB_WORKSPACE: root, ...env };
  return runAction({ entry, inputs: await complete('deploy-helm', given), env: around, cwd: root });
}

/** The step where the kubelet has put this account: in a mount namespace of its own. No shell: it loses INPUT_DRY-RUN. */
async function asPod(account: string): Promise<string> {
  const target = '/var/run/secrets/kubernetes.io/serviceaccount';
  const file = join(shop.folder, 'as-pod.mjs');
  await writeFile(
    file,
    `import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
const run = (...argv) => spawnSync(argv[0], argv.slice(1), { stdio: 'inherit' }).status ?? 1;
if (process.argv[2] === undefined) {
  process.exitCode = run('unshare', '--mount', process.execPath, import.meta.filename, 'inside');
} else {
  run('mount', '-t', 'tmpfs', 'none', '/run');
  mkdirSync('${target}', { recursive: true });
  cpSync('${account}', '${target}', { recursive: true });
  process.exitCode = run(process.execPath, '${entryOf('deploy-helm')}');
}
`,
  );
  return file;
}

test.concurrent('a namespace that is missing is created first, by one who may', async () => {
  await using shop = await release();
  const namespace = `${shop.namespace.name}-made`;
  const made = { namespace, 'create-namespace': true };
  const namespaces = { apiGroups: [''], resources: ['namespaces'] };
  const looking = [...minimalRole(), { ...namespaces, verbs: ['get'] }];
  {
    await using _ = await grantClusterWide(shop.namespace, looking);
    const missing = await shop.deploy({ namespace });
    const denied = await shop.deploy(made);

    expect(missing).toMatchObject(failedFor(`namespace ${namespace} does not exist`));
    expect(missing.log).toContain('create-namespace: true');
    expect(denied).toMatchObject(failedFor('this identity may not create it'));
  }
  await using _ = await grantClusterWide(shop.namespace, [...looking, { ...namespaces, verbs: ['create'] }]);
  await using _namespace = {
    [Symbol.asyncDispose]: () => shop.namespace.kube.delete(typeOf('v1 Namespace'), '', namespace),
  };
  const planned = await shop.deploy({ ...made, 'dry-run': true });
  expect(planned.summary).toContain(`| First | create namespace ${namespace} |`);
  expect(await shop.namespace.kube.get(typeOf('v1 Namespace'), '', namespace)).toBeUndefined();

  expect(await shop.deploy(made)).toMatchObject({ ...shipped, outputs: { record: `${namespace}/shop#1` } });
});
