/** promote as a step, between real registries that want a login, with a real cosign. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { registryStore } from '../../lib/adapters/registry/store.ts';
import type { PromotionRecord } from '../../lib/domain/promotion/record.ts';
import type { RegistryStore } from '../../lib/ports/registry-store.ts';
import { attachScan } from '../../lib/steps/scan-records.ts';
import { startGitHub } from '../../sandbox/github/server.ts';
import type { GitHub } from '../../sandbox/github/server.ts';
import { pushBase } from '../../sandbox/images/base.ts';
import { startCraneRegistry } from '../../sandbox/images/crane-registry.ts';
import { startDistribution } from '../../sandbox/images/distribution.ts';
import type { Registry } from '../../sandbox/images/distribution.ts';
import { startRegistryProxy } from '../../sandbox/images/registry-proxy.ts';
import type { RegistryProxy } from '../../sandbox/images/registry-proxy.ts';
import { ensureTools } from '../../sandbox/tools.ts';
import { pushImage } from '../support/memory-registry.ts';
import { outputNamesOf, startStep } from './support/step.ts';
import type { Ending, Step, With } from './support/step.ts';

const run = promisify(execFile);
const password = 'gladiolus-4417-pass';
const clock = {
  now: () => Date.now(),
  sleep: (ms: number) => new Promise<void>((go) => void setTimeout(go, ms)),
};

let own: Registry;
let other: Registry;
let toOther: RegistryProxy;
let github: GitHub;
let home: string;
let tools: { crane: string; cosign: string };
let store: RegistryStore;
let cosignEnv: Record<string, string>;
beforeAll(async () => {
  tools = await ensureTools(['crane', 'cosign']);
  home = await mkdtemp(join(tmpdir(), 'slipway-promote-'));
  [own, other, github] = await Promise.all([
    startDistribution({ users: { ada: password } }),
    startCraneRegistry(),
    startGitHub(),
  ]);
  toOther = await startRegistryProxy(other.address);
  store = registryStore({
    proxy: {},
    clock,
    loginFor: async ({ registry }) => (registry === own.address ? { username: 'ada', password } : undefined),
  });
  await mkdir(join(home, 'bin'));
  await symlink(tools.cosign, join(home, 'bin', 'cosign'));
  cosignEnv = { PATH: process.env['PATH'] ?? '', HOME: home, COSIGN_PASSWORD: 'x' };
  await run(tools.cosign, ['generate-key-pair'], { cwd: home, env: cosignEnv });
  await run(tools.crane, ['auth', 'login', own.address, '--username', 'ada', '--password', password], {
    env: cosignEnv,
  });
}, 600_000);
afterAll(async () => {
  await Promise.all([own.stop(), other.stop(), toOther.stop(), github.close()]);
  await rm(home, { recursive: true, force: true });
});
beforeEach(() => toOther.heal());

const registries = (secret = password): string =>
  `- registry: ${own.address}\n  username: ada\n  password: '${secret}'`;

/** The user of the runner has no docker login: what the step knows it was told. */
const start = async (inputs: With, env: Record<string, string> = {}): Promise<Step> =>
  startStep({
    action: 'promote',
    inputs: { registries: registries(), 'github-token': 'ghs_x', ...inputs },
    env: {
      PATH: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}`,
      HOME: join(home, 'nobody'),
      GITHUB_API_URL: github.url,
      GITHUB_RUN_ID: '1001',
      ...env,
    },
    secrets: [password],
    commands: '',
  });
const promote = async (inputs: With, env?: Record<string, string>): Promise<Ending> =>
  (await start(inputs, env)).ended;

const basic = `Basic ${Buffer.from(`ada:${password}`).toString('base64')}`;

/** An image of two platforms in a repository of its own. */
async function released(repository: string): Promise<{ digest: string; source: string }> {
  const platforms = ['linux/amd64', 'linux/arm64'];
  const { digest } = await pushBase({ registry: own.address, repository, platforms, authorization: basic });
  return { digest, source: `${own.address}/${repository}@${digest}` };
}

const digestAt = async (registry: string, repository: string, tag: string): Promise<string | undefined> =>
  (await store.head({ registry, repository, tag }))?.digest;

test('what is signed, scanned and verified goes on, with all that belongs to it', async () => {
  const { digest, source } = await released('staging/whole');
  const place = { registry: own.address, repository: 'staging/whole' };
  await run(
    tools.cosign,
    ['sign', '--yes', '--key', join(home, 'cosign.key'), '--tlog-upload=false', source],
    { env: cosignEnv },
  );
  const subject = await store.head({ ...place, digest });
  if (subject === undefined) throw new Error('it was just pushed');
  await attachScan(
    place,
    subject,
    {
      schema: 'slipway/scan/v1',
      digest,
      outcome: 'pass',
      scanner: 'trivy',
      platforms: ['linux/amd64', 'linux/arm64'],
      reason: 'nothing at or above high',
      at: '2026-11-25T10:00:00.000Z',
      run: 'octo/shop/1/1',
    },
    store,
  );
  github.plant({
    repositories: [
      {
        name: 'octo/shop',
        deployments: [
          {
            ref: 'main',
            environment: 'staging',
            payload: { images: { app: source } },
            statuses: [{ state: 'success', description: `staging/shop#4 verified ${digest.slice(0, 19)}` }],
          },
        ],
      },
    ],
  });
  const inputs = {
    source,
    destinations: `${own.address}/prod/whole\n${toOther.address}/whole`,
    environment: 'prod',
    version: '1.4.2',
    tags: '{env}-{run_id}\nv{version}\nlatest',
    require: 'signature\nscan\nverified-in:staging',
    'signature-key': await readFile(join(home, 'cosign.pub'), 'utf8'),
  };

  const first = await promote(inputs);
  const second = await promote(inputs);

  expect(first).toMatchObject({ result: 'success', exit: 0, post: { exit: 0 } });
  expect(Object.keys(first.outputs).sort()).toEqual(await outputNamesOf('promote'));
  expect(first.outputs).toMatchObject({ digest, ref: `${own.address}/prod/whole@${digest}` });
  expect(Number(first.outputs['copied-bytes'])).toBeGreaterThan(100_000);
  expect(Number(first.outputs['mounted-blobs'])).toBeGreaterThan(2);
  expect(second).toMatchObject({ result: 'success', outputs: { 'copied-bytes': '0', 'mounted-blobs': '0' } });
  expect(second.reason).toContain('was already in 2 repositories');

  for (const [registry, repository] of [
    [own.address, 'prod/whole'],
    [other.address, 'whole'],
  ] as const) {
    for (const tag of ['prod-1001', 'v1.4.2', 'latest'])
      expect(await digestAt(registry, repository, tag)).toBe(
        first.outputs['tags']?.includes(tag) === true ? digest : 'not among the outputs',
      );
    // The signature is there too: cosign itself says so.
    await run(
      tools.cosign,
      [
        'verify',
        '--key',
        join(home, 'cosign.pub'),
        '--insecure-ignore-tlog=true',
        `${registry}/${repository}@${digest}`,
      ],
      { env: cosignEnv },
    );
    expect(await store.referrers({ registry, repository }, digest)).not.toEqual([]);
  }
  const record = first.record as unknown as PromotionRecord;
  expect(record).toMatchObject({ schema: 'slipway/promotion/v1', digest, source });
  expect(record.requirements.map(({ requirement }) => requirement)).toEqual([
    'signature',
    'scan',
    'verified-in:staging',
  ]);
  expect(first.summary).toContain('`verified-in:staging`');
  expect(first.summary).toMatch(/Between the last look at a tag and its write lay at most \d+/);
});

test('what is not verified stays where it is, and every lack is named', async () => {
  const { source } = await released('staging/unproven');
  github.plant({ repositories: [{ name: 'octo/shop' }] });

  const refused = await promote({
    source,
    destinations: `${own.address}/prod/unproven`,
    tags: 'prod',
    require: 'signature\nscan\nverified-in:preprod',
    'signature-key': join(home, 'cosign.pub'),
  });

  expect(refused).toMatchObject({ result: 'failure', exit: 1 });
  expect(refused.log).toContain('no scan of it is on record');
  expect(refused.log).toContain('no Deployment of preprod speaks of');
  expect(refused.log).toMatch(/no signature by the key/);
  expect(await store.tags({ registry: own.address, repository: 'prod/unproven' })).toBeUndefined();
});

test('an immutable tag that another image has: nothing is copied, and its digest is named', async () => {
  const { source } = await released('staging/taken');
  const place = { registry: own.address, repository: 'prod/taken' };
  const old = await pushImage(store, place, ['older']);
  await store.putManifest({ ...place, tag: 'v1.4.2' }, old);

  const refused = await promote({ source, destinations: `${own.address}/prod/taken`, tags: 'v1.4.2' });

  expect(refused).toMatchObject({ result: 'failure', exit: 1 });
  expect(refused.reason).toContain('v1.4.2 is taken');
  expect(refused.log).toContain(old.digest);
  expect(await digestAt(own.address, 'prod/taken', 'v1.4.2')).toBe(old.digest);
});

test('dry-run says what would move, and moves nothing', async () => {
  const { source } = await released('staging/dry');

  const planned = await promote({
    source,
    destinations: `${toOther.address}/dry`,
    tags: 'prod',
    'dry-run': 'true',
  });

  expect(planned).toMatchObject({ result: 'success', outputs: { 'record-file': '', 'copied-bytes': '0' } });
  expect(planned.log).toMatch(/3 manifests, \d blobs, at most [\d.]+ [kM]B through this runner/);
  expect(await store.tags({ registry: other.address, repository: 'dry' })).toBeUndefined();
});

test('a login that is refused is a failure that names the registry, and the password is nowhere', async () => {
  const { source } = await released('staging/locked');
  const wrong = 'not-the-password-9231';

  const refused = await (
    await startStep({
      action: 'promote',
      inputs: { source, tags: 'prod', registries: registries(wrong), 'github-token': '' },
      env: { HOME: join(home, 'nobody') },
      secrets: [wrong, password],
      commands: '',
    })
  ).ended;

  expect(refused).toMatchObject({ result: 'failure', exit: 1 });
  expect(refused.log).toContain(own.address);
});

/** How each is ended while it copies. */
const endings: [string, (step: Step) => Promise<void>][] = [
  [
    'cancelled',
    async (step) =>
      expect(await step.cancel()).toMatchObject({ result: 'cancelled', exit: 1, post: { exit: 0 } }),
  ],
  ['killed', async (step) => (await step.kill('tree'))[Symbol.asyncDispose]()],
];

test.each(endings)('%s while it copies: no tag; run again, it is whole', async (name, end) => {
  const { digest, source } = await released(`staging/${name}`);
  const inputs = { source, destinations: `${toOther.address}/${name}`, tags: 'prod' };
  toOther.fail({
    path: `/v2/${name}/manifests/*`,
    method: 'PUT',
    fault: { kind: 'slow', milliseconds: 60_000 },
  });
  const step = await start(inputs);
  await until(() => toOther.recorded.some(({ url }) => url.startsWith(`/v2/${name}/blobs`)));

  await end(step);

  toOther.heal();
  expect(await digestAt(other.address, name, 'prod')).toBeUndefined();
  expect(await promote(inputs)).toMatchObject({ result: 'success' });
  expect(await digestAt(other.address, name, 'prod')).toBe(digest);
});

test('a registry that is out of reach is no answer', async () => {
  const { source } = await released('staging/unreachable');

  const unknown = await promote({ source, destinations: '127.0.0.1:9/gone', tags: 'prod' });

  expect(unknown).toMatchObject({ result: 'inconclusive', exit: 1 });
});

async function until(fits: () => boolean): Promise<void> {
  while (!fits()) await new Promise((go) => setTimeout(go, 20));
}
