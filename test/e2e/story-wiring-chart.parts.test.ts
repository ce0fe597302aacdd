import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { startDistribution } from '../../sandbox/images/distribution.ts';
import { jobOf, stepOf } from '../../sandbox/act/workflow-run.ts';
import { Wiring, endsOf, inputsOf, refusedOf } from './support/wiring.ts';
import type { Ends, Played } from './support/wiring.ts';

/** chart-to-staging.yml, with a cluster that can say which version of the chart runs, and nothing else. */
let wiring: Wiring;
let cluster: Cluster;
beforeAll(async () => {
  [wiring, cluster] = await Promise.all([Wiring.open(), Cluster.open()]);
});
afterAll(async () => {
  await wiring[Symbol.asyncDispose]();
  cluster.close();
});

const digest = `sha256:${'c'.repeat(64)}`;
const newer = { deploy: 'true', digest, version: '1.5.0' };

interface Order {
  readonly event?: string;
  /** The chart's version in the cluster; nothing runs without one. */
  readonly running?: string;
  readonly says?: Readonly<Record<string, string>>;
  readonly ends?: Ends;
  readonly kubeconfig?: string;
  readonly helm?: 3 | 4;
}

const run = ({
  event = 'schedule',
  running,
  says = {},
  ends = {},
  kubeconfig,
  helm = 4,
}: Order): Promise<Played> =>
  wiring.play('chart-to-staging.yml', {
    event: { name: event, payload: { ref: 'refs/heads/main' } },
    says: { 'plan-release': says },
    ends,
    helm,
    variables: { CHARTS: 'ghcr.io/acme/charts' },
    secrets: { KUBECONFIG_VIEW: kubeconfig ?? cluster.kubeconfig(running ?? '') },
  });

test.concurrent('a push publishes, and ships nothing', async () => {
  const pushed = await run({ event: 'push' });

  expect(endsOf(pushed)).toEqual({ publish: 'success', look: 'skipped', staging: 'skipped' });
  const inputs = inputsOf(jobOf(pushed, 'publish'), 'chart');
  expect(inputs).toMatchObject({ chart: 'charts/shop', destination: 'oci://ghcr.io/acme/charts' });
  expect(await refusedOf(pushed)).toEqual([]);
});

test.concurrent.each<[string, 3 | 4]>([
  ['schedule', 3],
  ['workflow_dispatch', 4],
])('%s, Helm %d: a newer chart is shipped by its digest', async (event, helm) => {
  const looked = await run({ event, running: '1.4.2', says: newer, helm });

  expect(endsOf(looked)).toEqual({ publish: 'skipped', look: 'success', staging: 'success' });
  expect(inputsOf(jobOf(looked, 'look'), 'plan')).toMatchObject({
    environment: 'staging',
    chart: 'oci://ghcr.io/acme/charts/shop',
    running: '1.4.2',
  });
  expect(inputsOf(jobOf(looked, 'staging'), 'deploy')).toMatchObject({
    chart: `oci://ghcr.io/acme/charts/shop@${digest}`,
    'on-failure': 'leave',
    environment: 'staging',
  });
  expect(await refusedOf(looked)).toEqual([]);
});

test.concurrent('nothing runs yet', async () => {
  const looked = await run({ says: newer });

  expect(inputsOf(jobOf(looked, 'look'), 'plan')).toMatchObject({ running: 'none' });
});

test.concurrent('nothing newer: nothing is shipped, and that is no failure', async () => {
  const looked = await run({ running: '1.5.0', says: { deploy: 'false', digest: '' } });

  expect(endsOf(looked)).toEqual({ publish: 'skipped', look: 'success', staging: 'skipped' });
  expect(looked.result).toBe('success');
});

test.concurrent('what runs cannot be found out: the look fails, for "nothing" would be a guess', async () => {
  const looked = await run({
    says: newer,
    kubeconfig: cluster.kubeconfig('1.4.2', { at: 'http://127.0.0.1:9' }),
  });

  expect(endsOf(looked)).toEqual({ publish: 'skipped', look: 'failure', staging: 'skipped' });
  expect(stepOf(jobOf(looked, 'look'), 'plan').result).toBe('skipped');
});

test.concurrent.each(['deploy-helm', 'smoke-test'])('%s fails: the run says so', async (action) => {
  const looked = await run({ running: '1.4.2', says: newer, ends: { [action]: 'failure' } });

  expect(endsOf(looked)).toMatchObject({ look: 'success', staging: 'failure' });
});

test.concurrent('with the real publish-chart and plan-release: what a push published is what the next look ships', async () => {
  await using registry = await startDistribution();
  await using team = await Wiring.open({ real: ['publish-chart', 'plan-release'] });
  const variables = { CHARTS: `${registry.address}/charts` };
  const play = (event: string, running: string): Promise<Played> =>
    team.play('chart-to-staging.yml', {
      event: { name: event, payload: { ref: 'refs/heads/main' } },
      files: chartAndFile,
      variables,
      secrets: { KUBECONFIG_VIEW: cluster.kubeconfig(running) },
    });

  const pushed = await play('push', '');
  const published = stepOf(jobOf(pushed, 'publish'), 'chart').outputs;
  expect(published).toMatchObject({ result: 'success', version: '1.5.0', published: 'true' });

  const looked = await play('schedule', '1.4.2');
  expect(inputsOf(jobOf(looked, 'staging'), 'deploy')['chart']).toBe(published['chart']);

  const again = await play('schedule', '1.5.0');
  expect(endsOf(again)).toEqual({ publish: 'skipped', look: 'success', staging: 'skipped' });
});

/** With the file that the example's head tells its reader to write. */
const chartAndFile = {
  '.github/slipway.yml': 'environments: { staging: { updates: ^1 } }\n',
  'charts/shop/Chart.yaml':
    'apiVersion: v2\nname: shop\nversion: 1.5.0\nicon: https://shop.example.com/icon.svg\n',
  'charts/shop/values.yaml': 'color: red\n',
  'charts/shop/templates/colors.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: shop }\ndata: { color: {{ .Values.color | quote }} }\n',
  'deploy/values-staging.yaml': 'color: green\n',
};

/** The Secrets in which Helm keeps a release; the version that it has is a part of the address. */
class Cluster {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<Cluster> {
    const server = createServer((request, response) => {
      const [, version = '', path = ''] = /^\/([^/]*)(\/.*)$/.exec(request.url ?? '') ?? [];
      const known = path.startsWith('/api/v1/namespaces/shop-staging/secrets') ? secrets(version) : {};
      response.setHeader('content-type', 'application/json').end(JSON.stringify(known));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Cluster(server);
  }

  kubeconfig(running: string, { at = this.#address() } = {}): string {
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'here',
      clusters: [{ name: 'here', cluster: { server: `${at}/${running === '' ? 'none' : running}` } }],
      contexts: [{ name: 'here', context: { cluster: 'here', user: 'viewer' } }],
      users: [{ name: 'viewer', user: { token: 'of-a-viewer' } }],
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
}

function secrets(version: string): object {
  const list = { apiVersion: 'v1', kind: 'SecretList', metadata: {} };
  if (version === 'none') return { ...list, items: [] };
  const info = { status: 'deployed', last_deployed: '2026-01-02T03:04:05Z' };
  const chart = { metadata: { apiVersion: 'v2', name: 'shop', version } };
  const release = { name: 'shop', namespace: 'shop-staging', version: 7, info, chart };
  const packed = gzipSync(JSON.stringify(release)).toString('base64');
  const labels = { owner: 'helm', name: 'shop', status: 'deployed', version: '7' };
  const metadata = { name: 'sh.helm.release.v1.shop.v7', namespace: 'shop-staging', labels };
  return { ...list, items: [{ metadata, data: { release: Buffer.from(packed).toString('base64') } }] };
}
