import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { startDistribution } from '../../../sandbox/images/distribution.ts';

const MiB = 1024 * 1024;
const size = 256 * MiB;

/** Laid straight into the registry's storage: pushing it is not what is measured. */
async function layBlob(directory: string, repository: string): Promise<string> {
  const chunk = Buffer.alloc(MiB, 'slipway');
  const hash = createHash('sha256');
  for (let written = 0; written < size; written += MiB) hash.update(chunk);
  const hex = hash.digest('hex');
  const root = join(directory, 'docker/registry/v2');
  const blob = join(root, 'blobs/sha256', hex.slice(0, 2), hex);
  const link = join(root, 'repositories', repository, '_layers/sha256', hex);
  await Promise.all([blob, link].map((folder) => mkdir(folder, { recursive: true })));
  const file = await open(join(blob, 'data'), 'w');
  for (let written = 0; written < size; written += MiB) await file.write(chunk);
  await file.close();
  const linked = await open(join(link, 'link'), 'w');
  await linked.write(`sha256:${hex}`);
  await linked.close();
  return `sha256:${hex}`;
}

test('256 MiB go through less than 40 MiB of memory', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'slipway-large-'));
  await using _ = { [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
  const [stored, received] = [join(directory, 'stored'), join(directory, 'received')];
  const digest = await layBlob(stored, 'large/blob');
  await using from = await startDistribution({ directory: stored });
  await using to = await startDistribution({ directory: received });
  const program = join(import.meta.dirname, 'copy-large.ts');

  const { stdout } = await promisify(execFile)(process.execPath, [
    program,
    from.address,
    to.address,
    digest,
    String(size),
  ]);

  const { grownBy, ...copy } = JSON.parse(stdout) as { grownBy: number };
  expect(copy).toMatchObject({ kind: 'copied', bytes: size });
  expect(grownBy).toBeLessThan(40 * MiB);
  const [, hex = ''] = digest.split(':');
  const hash = createHash('sha256');
  const data = join(received, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
  for await (const chunk of createReadStream(data)) hash.update(chunk as Buffer);
  expect(hash.digest('hex')).toBe(hex);
});
