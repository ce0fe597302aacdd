import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../sandbox/service/digest.ts';
import { pushServiceImage } from '../../sandbox/service/image.ts';
import { freePort, start, statusOf, until } from './running.ts';
import type { Running } from './running.ts';
import { toolPath } from './tools.ts';

let folder: string;
let registry: string;
let running: Running;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-registry-'));
  registry = `127.0.0.1:${await freePort()}`;
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: registry },
    log: { level: 'error' },
  };
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  running = start(await toolPath('registry'), ['serve', join(folder, 'config.yml')]);
  await until('registry answers', async () => (await statusOf(`http://${registry}/v2/`)) === 200);
}, 600_000);

afterAll(async () => {
  await running?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const accept = ['application/vnd.oci.image.index.v1+json', 'application/vnd.oci.image.manifest.v1+json'].join(
  ', ',
);

async function read(path: string): Promise<{ digest: string; body: unknown }> {
  const answer = await fetch(`http://${registry}/v2/shop/service/${path}`, { headers: { accept } });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { digest: sha256(bytes), body: JSON.parse(bytes.toString()) };
}

test('what was pushed is what the registry serves', async () => {
  const image = await pushServiceImage({ registry, version: 'v1', faults: { FAULT_NEVER_READY: 'true' } });
  expect(image).toMatchObject({ ref: `${registry}/shop/service:v1`, pinned: `${image.ref}@${image.digest}` });

  const manifest = await read('manifests/v1');
  expect(manifest.digest).toBe(image.digest);
  expect(manifest.body).toMatchObject({ config: { digest: image.configDigest } });
  const config = await read(`blobs/${image.configDigest}`);
  expect(config.body).toMatchObject({
    config: {
      Entrypoint: ['/service'],
      Env: expect.arrayContaining(['VERSION=v1', 'FAULT_NEVER_READY=true']),
    },
  });
});

test('the same version has the same digest, another has another', async () => {
  const [once, twice, other, broken] = [
    await pushServiceImage({ registry, version: 'v2' }),
    await pushServiceImage({ registry, version: 'v2', repository: 'shop/copy' }),
    await pushServiceImage({ registry, version: 'v3' }),
    await pushServiceImage({
      registry,
      version: 'v2',
      tag: 'v2-broken',
      faults: { FAULT_CRASH_AT_START: '1' },
    }),
  ];
  expect(twice.digest).toBe(once.digest);
  expect(twice.ref).toBe(`${registry}/shop/copy:v2`);
  expect(new Set([once.digest, other.digest, broken.digest]).size).toBe(3);
});

test('an index leads to the platform manifest and its config', async () => {
  const image = await pushServiceImage({ registry, version: 'v4', index: true });
  const index = await read('manifests/v4');
  expect(index.digest).toBe(image.digest);
  expect(index.body).toMatchObject({
    manifests: [{ digest: image.manifestDigest }, { platform: { architecture: 's390x' } }],
  });
  const manifest = await read(`manifests/${image.manifestDigest}`);
  expect(manifest.body).toMatchObject({ config: { digest: image.configDigest } });
  expect(new Set([image.digest, image.manifestDigest, image.configDigest]).size).toBe(3);
});

test('a registry that refuses is quoted', async () => {
  await expect(pushServiceImage({ registry, version: 'v1', tag: '-no-tag' })).rejects.toThrow(
    /answered 4\d\d/,
  );
});
