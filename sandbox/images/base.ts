import { readFile } from 'node:fs/promises';
import { packageFile } from '../packages.ts';
import { sha256 } from '../service/digest.ts';
import { layer } from '../service/layer.ts';
import type { Layer } from '../service/layer.ts';
import { pushBlob, pushManifest } from '../service/registry.ts';
import type { Repository } from '../service/registry.ts';

const oci = 'application/vnd.oci.image';

export interface BaseOrder {
  /** `127.0.0.1:40001` */
  registry: string;
  /** `base/busybox` unless given. */
  repository?: string;
  /** `1` unless given. */
  tag?: string;
  /** This machine's alone unless given; one makes an image, several an index. */
  platforms?: readonly string[];
  /** Value of the Authorization header, for a registry that wants one. */
  authorization?: string;
}

export interface Base {
  /** `127.0.0.1:40001/base/busybox:1` */
  ref: string;
  digest: string;
  /** `127.0.0.1:40001/base/busybox:1@sha256:…`, to build FROM. */
  pinned: string;
}

export const machinePlatform = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`;

/**
 * Pushes a small image to build FROM, since nothing can be pulled here: Debian's static busybox as /bin/busybox and
 * /bin/sh. Every platform gets the bytes of this machine's, so only its own can RUN anything.
 */
export async function pushBase(asked: BaseOrder): Promise<Base> {
  const { registry, repository = 'base/busybox', tag = '1', platforms = [machinePlatform] } = asked;
  const { authorization } = asked;
  const to: Repository = { registry, repository, ...(authorization !== undefined && { authorization }) };
  const files = await (busyboxLayer ??= packed());
  await pushBlob(to, files.gzipped);
  const manifests = await Promise.all(platforms.map((platform) => pushPlatform(to, platform, files)));
  const named =
    manifests.length === 1 && manifests[0]
      ? { bytes: manifests[0].bytes, mediaType: `${oci}.manifest.v1+json` }
      : { bytes: index(manifests), mediaType: `${oci}.index.v1+json` };
  const digest = await pushManifest(to, tag, named.bytes, named.mediaType);
  const ref = `${registry}/${repository}:${tag}`;
  return { ref, digest, pinned: `${ref}@${digest}` };
}

/** The same for every base, so compressed once. */
let busyboxLayer: Promise<Layer> | undefined;

async function packed(): Promise<Layer> {
  const content = await readFile(await packageFile('busybox-static', 'bin/busybox'));
  return layer([
    { path: 'bin/busybox', content, mode: 0o755 },
    { path: 'bin/sh', to: 'busybox' },
    { path: 'etc/passwd', content: Buffer.from('root:x:0:0:root:/:/bin/sh\n'), mode: 0o644 },
  ]);
}

interface PlatformManifest {
  bytes: Buffer;
  platform: { os: string; architecture: string; variant?: string };
}

async function pushPlatform(to: Repository, platform: string, files: Layer): Promise<PlatformManifest> {
  const [os = '', architecture = '', variant] = platform.split('/');
  const named = { os, architecture, ...(variant !== undefined && { variant }) };
  const config = json({
    ...named,
    created: '1970-01-01T00:00:00Z',
    config: { Env: ['PATH=/bin'], Cmd: ['/bin/sh'] },
    rootfs: { type: 'layers', diff_ids: [files.diffId] },
  });
  const bytes = json({
    schemaVersion: 2,
    mediaType: `${oci}.manifest.v1+json`,
    config: {
      mediaType: `${oci}.config.v1+json`,
      digest: await pushBlob(to, config),
      size: config.length,
    },
    layers: [{ mediaType: `${oci}.layer.v1.tar+gzip`, digest: files.digest, size: files.gzipped.length }],
  });
  await pushManifest(to, sha256(bytes), bytes, `${oci}.manifest.v1+json`);
  return { bytes, platform: named };
}

const index = (manifests: readonly PlatformManifest[]): Buffer =>
  json({
    schemaVersion: 2,
    mediaType: `${oci}.index.v1+json`,
    manifests: manifests.map(({ bytes, platform }) => ({
      mediaType: `${oci}.manifest.v1+json`,
      digest: sha256(bytes),
      size: bytes.length,
      platform,
    })),
  });

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
