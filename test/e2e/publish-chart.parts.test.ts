import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { helmCli } from '../../lib/adapters/helm/client.ts';
import { processSpawn } from '../../lib/runtime/process.ts';
import { startMuseum } from '../../sandbox/chartmuseum/server.ts';
import { startCraneRegistry } from '../../sandbox/images/crane-registry.ts';
import { startDistribution } from '../../sandbox/images/distribution.ts';
import { ensureTools } from '../../sandbox/tools.ts';
import { startStep } from './support/step.ts';
import type { Ending, With } from './support/step.ts';
import { majors } from './support/tools.ts';

let tools: Record<'helm3' | 'helm4' | 'cosign3', string>;
beforeAll(async () => {
  tools = await ensureTools(['helm3', 'helm4', 'cosign3']);
}, 900_000);

let workspace: string;
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'slipway-publish-'));
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

const password = 'a-password-of-the-registry';

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(workspace, path)), { recursive: true });
  await writeFile(join(workspace, path), text);
}

async function chart(values = 'color: red\n'): Promise<void> {
  await put(
    'charts/shop/Chart.yaml',
    'apiVersion: v2\nname: shop\nversion: 0.1.0\nappVersion: "1"\nicon: https://shop.example.com/icon.svg\n',
  );
  await put('charts/shop/values.yaml', values);
  await put(
    'charts/shop/templates/cm.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata: {color: {{ .Values.color | quote }}}\n',
  );
}

/** Runs the step with nothing on PATH but one helm, cosign and the machine's own tools. */
async function publish(
  major: 'helm3' | 'helm4',
  inputs: With,
  env: Record<string, string> = {},
): Promise<Ending> {
  const bin = join(workspace, 'bin');
  await rm(bin, { recursive: true, force: true });
  await mkdir(bin);
  await symlink(tools[major], join(bin, 'helm'));
  await symlink(tools.cosign3, join(bin, 'cosign'));
  const step = await startStep({
    action: 'publish-chart',
    inputs: { chart: 'charts/shop', ...inputs },
    env: { PATH: `${bin}:/usr/bin:/bin`, HOME: workspace, GITHUB_WORKSPACE: workspace, ...env },
    secrets: [password],
    commands: '',
  });
  return step.ended;
}

const failed = (ending: Ending): string => `${ending.reason}\n${ending.log}`;

describe.each(majors)('%s', (major) => {
  test('to two registries and a ChartMuseum; again; and another chart', async () => {
    await chart();
    await using guarded = await startDistribution({ users: { ci: password } });
    await using open = await startCraneRegistry();
    await using museum = await startMuseum({ login: `ci:${password}` });
    const order = {
      version: '1.4.2+build.7',
      'app-version': '9',
      destination: `oci://${guarded.address}/charts\noci://${open.address}/charts\n${museum.url}`,
      registries: [guarded.address, new URL(museum.url).host]
        .map((registry) => `- { registry: '${registry}', username: ci, password: '${password}' }`)
        .join('\n'),
      lint: 'warnings',
    };
    const first = await publish(major, order);
    if (first.result !== 'success') throw new Error(failed(first));
    expect(first.outputs).toMatchObject({ published: 'true', version: '1.4.2+build.7', 'app-version': '9' });
    expect(first.outputs['references']).toBe(
      `oci://${guarded.address}/charts/shop:1.4.2_build.7\noci://${open.address}/charts/shop:1.4.2_build.7\n${museum.url}/charts/shop-1.4.2+build.7.tgz`,
    );

    const second = await publish(major, order);
    expect(second.outputs).toMatchObject({
      result: 'success',
      published: 'false',
      digest: first.outputs['digest'],
      chart: first.outputs['chart'],
    });

    await chart('color: blue\n');
    const other = await publish(major, order);
    expect(other).toMatchObject({ result: 'failure', exit: 1 });
    expect(other.reason).toContain('published already, with other content; nothing was changed');
    expect(other.log).toContain(first.outputs['digest']);
  }, 120_000);

  test('deploy-helm takes the output: helm finds the chart by its digest, with the login that is given', async () => {
    await chart();
    await using registry = await startDistribution({ users: { ci: password } });
    const { outputs } = await publish(major, {
      destination: `oci://${registry.address}/charts`,
      registries: `- { registry: '${registry.address}', username: ci, password: '${password}' }`,
    });
    const [ref = '', digest = ''] = (outputs['chart'] ?? '').split('@');
    const helm = helmCli(processSpawn({ PATH: process.env['PATH'] }), {
      home: { path: join(workspace, 'home'), kubeconfig: '' },
      workspace,
      program: tools[major],
    });
    const access = { username: 'ci', password };
    expect(await helm.chart({ kind: 'oci', ref, digest }, access, { dependencyUpdate: false })).toMatchObject(
      {
        name: 'shop',
        version: '0.1.0',
        appVersion: '1',
        digest,
        defaults: { color: 'red' },
      },
    );
  }, 60_000);

  test('a dependency in a registry is fetched with the login that is given', async () => {
    await using registry = await startDistribution({ users: { ci: password } });
    const order = {
      destination: `oci://${registry.address}/charts`,
      registries: `- { registry: '${registry.address}', username: ci, password: '${password}' }`,
    };
    await put('charts/lib/Chart.yaml', 'apiVersion: v2\nname: lib\nversion: 1.0.0\n');
    const lib = await publish(major, { ...order, chart: 'charts/lib' });
    if (lib.result !== 'success') throw new Error(failed(lib));
    await chart();
    await put(
      'charts/shop/Chart.yaml',
      `apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies:\n  - {name: lib, version: 1.0.0, repository: '${order.destination}'}\n`,
    );
    const shop = await publish(major, order);
    if (shop.result !== 'success') throw new Error(failed(shop));
    expect(shop.outputs['published']).toBe('true');
  }, 60_000);

  test('what helm push published is recognised', async () => {
    await chart();
    await using registry = await startCraneRegistry();
    const run = processSpawn({ PATH: process.env['PATH'], HOME: workspace });
    await run({ argv: [tools[major], 'package', 'charts/shop'], cwd: workspace });
    const pushed = await run({
      argv: [tools[major], 'push', 'shop-0.1.0.tgz', `oci://${registry.address}/charts`, '--plain-http'],
      cwd: workspace,
    });
    expect(pushed.status).toBe(0);
    const ending = await publish(major, { destination: `oci://${registry.address}/charts` });
    expect(ending.outputs).toMatchObject({ result: 'success', published: 'false' });
  }, 60_000);
});

test('signed by digest', async () => {
  await chart();
  await using registry = await startDistribution();
  const env = { COSIGN_PASSWORD: '', HTTPS_PROXY: 'http://127.0.0.1:9', HOME: workspace };
  const run = processSpawn({ PATH: process.env['PATH'], ...env });
  await run({ argv: [tools.cosign3, 'generate-key-pair'], cwd: workspace });
  const ending = await publish(
    'helm4',
    { destination: `oci://${registry.address}/charts`, sign: true, 'sign-key': 'cosign.key' },
    env,
  );
  if (ending.result !== 'success') throw new Error(failed(ending));
  const ref = (ending.outputs['chart'] ?? '').replace('oci://', '');
  const verified = await run({
    argv: [
      tools.cosign3,
      'verify',
      '--key',
      'cosign.pub',
      '--insecure-ignore-tlog',
      '--allow-insecure-registry',
      ref,
    ],
    cwd: workspace,
  });
  expect(verified.stderr + verified.stdout).toContain('verified');
}, 60_000);

test.each([
  [{ chart: 'charts/none' }, 'there is no chart'],
  [{ version: 'v1.4.2' }, 'did you mean 1.4.2?'],
  [{ destination: '127.0.0.1:1/Charts' }, 'write oci://registry/folder'],
  [{ destination: 'oci://127.0.0.1:1/Charts' }, 'lower case'],
  [{ lnt: 'off' }, 'did you mean lint?'],
  [{ registries: '- { registry: ghcr.io, username: ci, password: "" }' }, 'is empty'],
  [{ destination: 'oci://127.0.0.1:1/charts' }, '127.0.0.1:1'],
])(
  'a mistake is said: %j',
  async (inputs, words) => {
    await chart();
    const ending = await publish('helm4', { destination: 'oci://127.0.0.1:1/charts', ...inputs });
    expect(ending.exit).toBe(1);
    expect(ending.log).toContain(words);
  },
  60_000,
);

test('what lint refuses goes nowhere', async () => {
  await chart();
  await put('charts/shop/templates/bad.yaml', 'a: {{ .Values.no.such }}\n');
  await using registry = await startCraneRegistry();
  const ending = await publish('helm4', { destination: `oci://${registry.address}/charts` });
  expect(ending).toMatchObject({ result: 'failure', exit: 1 });
  expect(ending.log).toContain('[ERROR]');
  expect((await fetch(`http://${registry.address}/v2/charts/shop/tags/list`)).status).toBe(404);
}, 60_000);
