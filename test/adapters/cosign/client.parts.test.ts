import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cosignSigner } from '../../../lib/adapters/cosign/client.ts';
import { ToolError } from '../../../lib/domain/errors.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';
import { pushBase } from '../../../sandbox/images/base.ts';
import { startCraneRegistry } from '../../../sandbox/images/crane-registry.ts';
import { startDistribution } from '../../../sandbox/images/distribution.ts';
import type { Registry } from '../../../sandbox/images/distribution.ts';
import { ensureTools } from '../../../sandbox/tools.ts';

const password = 'hyacinth-7001';

describe.each([
  ['cosign', startDistribution],
  ['cosign', startCraneRegistry],
  ['cosign3', startDistribution],
  ['cosign3', startCraneRegistry],
] as const)('%s %#', (tool, startRegistry) => {
  let registry: Registry;
  let folder: string;
  let path: string;
  beforeAll(async () => {
    registry = await startRegistry();
    folder = await mkdtemp(join(tmpdir(), 'slipway-cosign-'));
    path = `${folder}:${process.env['PATH'] ?? ''}`;
    await symlink((await ensureTools([tool]))[tool], join(folder, 'cosign'));
    const env = { ...process.env, COSIGN_PASSWORD: password };
    for (const prefix of ['ours', 'theirs'])
      await promisify(execFile)(
        join(folder, 'cosign'),
        ['generate-key-pair', '--output-key-prefix', prefix],
        { cwd: folder, env },
      );
  }, 600_000);
  afterAll(async () => {
    await registry.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const signerOf = async (key: string) =>
    cosignSigner({
      spawn: processSpawn({
        PATH: path,
        HOME: folder,
        COSIGN_PASSWORD: password,
        SIGNING_KEY: await readFile(join(folder, `${key}.key`), 'utf8'),
      }),
      files: {
        writePrivate: async (name, text) => {
          await writeFile(join(folder, name), text, { mode: 0o600 });
          return join(folder, name);
        },
      },
      dockerConfig: folder,
      workspace: folder,
    });
  const key = 'env://SIGNING_KEY';
  const imageIn = async (repository: string) => {
    const { digest } = await pushBase({ registry: registry.address, repository });
    return { registry: registry.address, repository, digest };
  };

  test('what it signs is good, by the key and by its public half; to another key it is none', async () => {
    const ref = await imageIn('team/signed');
    const ours = await signerOf('ours');
    await ours.sign(ref, { kind: 'key', key });
    expect(await ours.verify(ref, { kind: 'signing-key', key })).toEqual({ kind: 'good' });
    expect(await ours.verify(ref, { kind: 'public-key', key: join(folder, 'ours.pub') })).toEqual({
      kind: 'good',
    });
    expect(await ours.verify(ref, { kind: 'public-key', key: join(folder, 'theirs.pub') })).toMatchObject({
      kind: 'none',
    });
  });

  test('what nobody signed', async () => {
    const signer = await signerOf('ours');
    expect(await signer.verify(await imageIn('team/plain'), { kind: 'signing-key', key })).toMatchObject({
      kind: 'none',
    });
  });

  test('a key that cannot be read is no answer', async () => {
    const ref = await imageIn('team/keyless');
    const signer = await signerOf('ours');
    await expect(
      signer.verify(ref, { kind: 'public-key', key: join(folder, 'nowhere.pub') }),
    ).rejects.toThrow(ToolError);
    await expect(signer.sign(ref, { kind: 'key', key: join(folder, 'nowhere.key') })).rejects.toThrow(
      'could not sign',
    );
  });
});

test('no cosign: the remedy', async () => {
  const spawn = processSpawn({ PATH: '/nowhere' });
  const signer = cosignSigner({
    spawn,
    files: { writePrivate: async (name) => name },
    dockerConfig: '/',
    workspace: '/',
  });
  await expect(signer.version()).rejects.toMatchObject({
    message: 'cosign is not on PATH',
    remedy: 'add sigstore/cosign-installer before this step',
  });
});
