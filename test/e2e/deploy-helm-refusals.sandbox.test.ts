import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sandboxEnv } from '../../sandbox/client.ts';
import { serveChart } from '../adapters/helm/chart-server.ts';
import { auditFromNow } from './support/audit.ts';
import { chartCopy, chartOf } from './support/charts.ts';
import { shipped } from './support/expected.ts';
import { identityIn, kubeconfigOf, minimalRole } from './support/identity.ts';
import { release, serviceImage } from './support/release.ts';
import type { Release } from './support/release.ts';
import type { With } from './support/step.ts';

/** One release that runs; whatever is refused must leave it as it is. */
let shop: Release;
let before: readonly string[];

beforeAll(async () => {
  shop = await release();
  expect(await shop.deploy()).toMatchObject(shipped);
  await mayNotCreateDeployments(shop);
  before = await shop.namespace.footprint();
});
afterAll(() => shop[Symbol.asyncDispose]());

interface Refusal {
  readonly about: string;
  readonly asked: () => With | Promise<With>;
  /** Each of these is in the message. */
  readonly says: readonly (string | RegExp)[];
  readonly result?: 'inconclusive';
}

const refusals: readonly Refusal[] = [
  {
    about: 'a cluster that cannot be reached',
    asked: async () => ({ kubeconfig: kubeconfigOf(shop.namespace, 'a-token', await closedPort()) }),
    says: [/cannot reach the Kubernetes API at https:\/\/127\.0\.0\.1:\d+/, 'check the network'],
    result: 'inconclusive',
  },
  {
    about: 'a token that is not accepted',
    asked: () => ({ kubeconfig: kubeconfigOf(shop.namespace, 'expired-token') }),
    says: [/expired|401|not accepted/, /token/],
  },
  {
    about: 'a Role that lacks something',
    asked: () => ({ kubeconfig: limited }),
    says: [/denied +create deployments\.apps in namespace e2e-/, 'grant them in a Role'],
  },
  {
    about: "a Role that may not make the pods of the chart's own tests",
    asked: () => ({ tests: true, values: { test: { enabled: true } } }),
    says: [/denied +create pods in namespace e2e-/, /denied +delete pods in namespace e2e-/],
  },
  {
    about: 'a namespace that is not there',
    asked: () => ({ namespace: `${shop.namespace.name}-typo` }),
    says: [/in the namespace "e2e-\w+-typo"/, 'check the namespace'],
  },
  {
    about: 'a chart that is not there',
    asked: () => ({ chart: 'sandbox/charts/shpo' }),
    says: ['there is no chart', 'sandbox/charts/shpo', 'actions/checkout'],
  },
  {
    about: 'a values file that is not there',
    asked: () => ({ 'values-files': 'deploy/values-production.yaml\ndeploy/values-more.yaml' }),
    says: ['deploy/values-production.yaml', 'deploy/values-more.yaml', 'no such file'],
  },
  {
    about: 'a dependency that is not in charts/',
    asked: async () => ({
      chart: await chartCopy('umbrella', join(shop.folder, 'bare'), (text, path) =>
        path.startsWith('charts/') ? undefined : text,
      ),
      images: '',
    }),
    says: [/missing +stock 0\.1\.0/, 'dependency-update: true'],
  },
  {
    about: 'a chart for another Kubernetes',
    asked: async () => ({
      chart: await chartCopy('shop', join(shop.folder, 'newer'), (text) =>
        text.replace('>= 1.25.0-0', '>= 9.1.0-0'),
      ),
    }),
    says: ['needs Kubernetes >= 9.1.0-0', 'the cluster is v1.'],
  },
  {
    about: 'an image that is not in its registry',
    asked: async () => {
      const { ref } = await serviceImage('v1');
      return { images: `image=${ref}@sha256:${'0'.repeat(64)}` };
    },
    says: [/absent +\S+\/shop\/service:v1@sha256:0{64}/, 'push the image first'],
  },
  {
    about: 'an image for a place that the chart does not have',
    asked: async () => ({ images: `iamge=${(await serviceImage('v2')).pinned}` }),
    says: [/iamge=… +nothing stands there: .*did you mean image\?/],
  },
  {
    about: 'an image that the chart takes and ignores',
    asked: async () => {
      const [v1, v2] = await Promise.all([serviceImage('v1'), serviceImage('v2')]);
      return { images: `image=${v1.pinned}\nrevision=${v2.pinned}` };
    },
    says: [
      /revision=\S+v2@sha256:\w+ +the chart took the value, but no container asks for it/,
      /Deployment\/shop\/shop has \S+:v1@sha256/,
    ],
  },
  {
    about: 'a manifest that Helm could not store',
    asked: async () => ({ chart: await largeChart(shop.folder), images: '' }),
    says: [/takes \d+ bytes in Helm's Secret, 1\d\d % of what Kubernetes allows/],
  },
  {
    about: 'values that the chart does not take',
    asked: () => ({ values: { replicas: 'two' } }),
    says: ['replicas'],
  },
];

test.concurrent.each(refusals)('$about is refused before anything is touched', async (refusal) => {
  const { asked, says, result = 'failure' } = refusal;

  const refused = await shop.deploy(await asked(), ['expired-token']);

  expect(refused).toMatchObject({ result, exit: 1, record: undefined, post: { exit: 0, log: '' } });
  for (const part of says) expect(errorIn(refused.log)).toMatch(part);
  expect(refused.durationMs).toBeLessThan(45_000);
  expect(await shop.namespace.footprint()).toEqual(before);
});

test.concurrent('a version that no source has is refused, and so is a login that it does not take', async () => {
  await shop.helm('package', shop.chart, '--destination', shop.folder, '--version', '1.2.3');
  await using source = await serveChart(join(shop.folder, 'shop-1.2.3.tgz'), { login: 'ada:a-password' });
  const login = { 'chart-username': 'ada', 'chart-password': 'a-password' };
  const classic = { chart: 'shop', repo: source.url, ...login };
  const oci = { chart: `oci://${source.host}/charts/shop`, ...login };
  const secrets = ['a-password', 'wrong-password'];

  for (const chart of [classic, oci]) {
    const unknown = await shop.deploy({ ...chart, version: '9.9.9' }, secrets);
    const refused = await shop.deploy({ ...chart, 'chart-password': 'wrong-password' }, secrets);
    const planned = await shop.deploy({ ...chart, version: '1.2.3', 'dry-run': true }, secrets);

    expect(errorIn(unknown.log)).toMatch(/9\.9\.9/);
    expect(errorIn(refused.log)).toMatch(/chart-username|chart-password|401|credentials/);
    expect(planned).toMatchObject({ result: 'success', outputs: { 'chart-version': '1.2.3' } });
  }
  expect(await shop.namespace.footprint()).toEqual(before);
});

test.concurrent('wrong inputs are told all at once', async () => {
  const refused = await shop.deploy({
    release: '',
    timeout: '10',
    'undo-timeout': '-5m',
    values: '- a\n- list',
    kubeconfig: 'neither YAML nor base64!',
    images: 'image',
    'valus-files': 'deploy/values.yaml',
    atomic: true,
    'on-failure': 'rolback',
    'history-max': '1',
    'extra-args': '--set=image.tag=v2\n--wait',
  });

  expect(refused).toMatchObject({ result: 'failure', exit: 1, record: undefined });
  const error = errorIn(refused.log);
  expect(error).toContain('deploy-helm: 12 inputs are wrong; nothing was changed');
  for (const line of [
    /release +empty +is required/,
    /timeout +"10" +give a unit: 10s, 10m/,
    /undo-timeout +"-5m" +must be a duration/,
    /values +a list +must be a map of values/,
    /kubeconfig .*base64/,
    /images +image +write values\.path=/,
    /valus-files +unknown input +did you mean values-files\?/,
    /atomic +unknown input +on-failure: rollback is the default/,
    /on-failure +"rolback" +must be one of rollback, leave/,
    /history-max +"1"/,
    /extra-args +--set +use values/,
    /extra-args +--wait +the action waits by itself/,
  ])
    expect(error).toMatch(line);
  expect(await shop.namespace.footprint()).toEqual(before);
});

test.concurrent('inputs that contradict each other are told as well', async () => {
  const refused = await shop.deploy({
    server: 'https://cluster.example.com',
    'server-token': 'a-server-token',
    repo: 'https://charts.example.com',
    chart: 'oci://registry.example.com/charts/shop',
    'chart-password': 'a-password',
  });

  expect(refused).toMatchObject({ result: 'failure', exit: 1, record: undefined });
  const error = errorIn(refused.log);
  expect(error).toContain('deploy-helm: 3 inputs are wrong; nothing was changed');
  for (const line of [
    /kubeconfig \+ server +both given +name the cluster once/,
    /repo +"https:\/\/charts\.example\.com" +leave it out/,
    /chart-username +empty +user and password go together/,
  ])
    expect(error).toMatch(line);
});

const { auditLog } = sandboxEnv();
(auditLog === '' ? test.skip : test.concurrent)('a dry run only looks', async () => {
  // A user of its own: the others are at work beside it.
  const { user, kubeconfig } = await identityIn(shop.namespace, minimalRole(), 'planner');
  const asked = await auditFromNow(auditLog, user);
  const { pinned } = await serviceImage('v2');

  const planned = await shop.deploy({
    kubeconfig,
    'dry-run': true,
    diff: 'full',
    environment: 'production',
    images: `image=${pinned}`,
  });

  expect(planned).toMatchObject({
    result: 'success',
    reason: 'dry run: nothing was changed',
    record: undefined,
  });
  expect(planned.summary).toMatch(new RegExp(`^[+] +image: ${pinned}$`, 'm'));
  const requests = await asked();
  const changing = requests.filter(({ verb }) => !['get', 'list'].includes(verb));
  // Asking what it may do is how a dry run knows that the release could be done.
  expect(
    changing.filter(({ requestURI }) => !/\/selfsubject(access|rules)reviews$/.test(requestURI)),
  ).toEqual([]);
  expect(requests.length).toBeGreaterThan(5);
  expect(shop.github.recorded).toEqual([]);
  expect(await shop.namespace.footprint()).toEqual(before);
});

test.concurrent('a release that a killed helm left pending is refused with the way out', async () => {
  await using stuck = await release({ chart: 'hooks' });
  const { repository, tag } = stuck.image;
  const image = { registry: stuck.namespace.sandbox.registry, repository, tag };
  const slow = [
    '--set',
    'before.events=pre-install,before.for=2s',
    '--set-json',
    `image=${JSON.stringify(image)}`,
  ];
  const installing = await stuck.startHelm('install', 'shop', stuck.chart, ...slow);
  await stuck.namespace.until('batch/v1 Job', 'shop-before');
  await installing.kill();
  await stuck.namespace.until('batch/v1 Job', 'shop-before', ({ status }) => {
    return (status as { readonly succeeded?: number } | undefined)?.succeeded === 1;
  });
  const untouched = await stuck.namespace.footprint();

  const refused = await stuck.deploy();

  expect(errorIn(refused.log)).toMatch(/revision 1 is pending-install/);
  expect(errorIn(refused.log)).toContain('helm');
  expect(await stuck.namespace.footprint()).toEqual(untouched);
});

/** The error as the run page shows it, its lines apart. */
const errorIn = (log: string): string =>
  (/^::error [^\n]*?::([^\n]*)$/m.exec(log)?.[1] ?? '').replaceAll('%0A', '\n').replaceAll('%25', '%');

let limited = '';
async function mayNotCreateDeployments({ namespace }: Release): Promise<void> {
  const rules = minimalRole().map((rule) =>
    rule.resources.includes('deployments')
      ? { ...rule, verbs: rule.verbs.filter((verb) => verb !== 'create') }
      : rule,
  );
  limited = (await identityIn(namespace, rules, 'limited')).kubeconfig;
}

async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return `https://127.0.0.1:${port}`;
}

/** Helm keeps manifest and templates, gzipped: what is random does not get smaller. */
const largeChart = (folder: string): Promise<string> =>
  chartOf('large', folder, {
    'templates/data.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: large}\ndata: {all: ${randomBytes(600_000).toString('base64')}}\n`,
  });
