/** What is promoted: images whose layers cannot be compressed, so that a byte is a byte. */
import { createCipheriv, createHash } from 'node:crypto';
import { request } from 'node:http';
import { once } from 'node:events';
import type { Descriptor } from '../../lib/domain/oci/types.ts';
import { layer } from '../../sandbox/service/layer.ts';
import { pushBlob, pushManifest } from '../../sandbox/service/registry.ts';
import type { Repository } from '../../sandbox/service/registry.ts';

export interface Image {
  readonly repository: string;
  readonly digest: string;
  /** Of its layers. */
  readonly bytes: number;
}

const megabyte = 1024 * 1024;
const oci = 'application/vnd.oci.image';

/** Five layers of 20 MB, each a tar that an engine can unpack. */
export async function pushFiveLayers(registry: string): Promise<Image> {
  const to = { registry, repository: 'staging/shop' };
  const layers: Descriptor[] = [];
  const diffIds: string[] = [];
  for (let index = 0; index < 5; index++) {
    const content = noise(index, 20 * megabyte);
    const packed = layer([{ path: `data-${index}`, content, mode: 0o644 }]);
    await pushBlob(to, packed.gzipped);
    layers.push(described(`${oci}.layer.v1.tar+gzip`, packed.digest, packed.gzipped.length));
    diffIds.push(packed.diffId);
  }
  return finish(to, layers, diffIds);
}

/** One layer of a gigabyte; no engine has to unpack it. */
export async function pushGigabyte(registry: string): Promise<Image> {
  const to = { registry, repository: 'staging/heavy' };
  const size = 1024 * megabyte;
  const digest = await streamBlob(to, size);
  return finish(to, [described(`${oci}.layer.v1.tar`, digest, size)], [digest]);
}

async function finish(
  to: Repository,
  layers: readonly Descriptor[],
  diffIds: readonly string[],
): Promise<Image> {
  const config = json({
    os: 'linux',
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    created: '1970-01-01T00:00:00Z',
    config: {},
    rootfs: { type: 'layers', diff_ids: diffIds },
  });
  const mediaType = `${oci}.manifest.v1+json`;
  const manifest = json({
    schemaVersion: 2,
    mediaType,
    config: described(`${oci}.config.v1+json`, await pushBlob(to, config), config.length),
    layers,
  });
  const digest = await pushManifest(to, 'candidate', manifest, mediaType);
  return { repository: to.repository, digest, bytes: layers.reduce((sum, { size }) => sum + size, 0) };
}

/** Uploads while it is made: a gigabyte is never in memory at once. */
async function streamBlob({ registry, repository }: Repository, size: number): Promise<string> {
  const begun = await fetch(`http://${registry}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
  const at = new URL(begun.headers.get('location') ?? '', `http://${registry}`);
  const hash = createHash('sha256');
  const upload = request(at, {
    method: 'PATCH',
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
  });
  const answered = once(upload, 'response') as Promise<
    [{ headers: { location?: string }; resume: () => void }]
  >;
  for (let sent = 0, seed = 100; sent < size; sent += 16 * megabyte, seed++) {
    const piece = noise(seed, 16 * megabyte);
    hash.update(piece);
    if (!upload.write(piece)) await once(upload, 'drain');
  }
  upload.end();
  const [answer] = await answered;
  answer.resume();
  const digest = `sha256:${hash.digest('hex')}`;
  const end = new URL(answer.headers.location ?? at, `http://${registry}`);
  end.searchParams.set('digest', digest);
  const { status } = await fetch(end, { method: 'PUT' });
  if (status !== 201) throw new Error(`${registry} did not take the layer of a gigabyte: ${status}`);
  return digest;
}

/** The same for the same seed, and incompressible. */
function noise(seed: number, size: number): Buffer {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(size));
}

const described = (mediaType: string, digest: string, size: number): Descriptor => ({
  mediaType,
  digest,
  size,
});

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
