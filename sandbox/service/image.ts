import { readFile } from 'node:fs/promises';
import { serviceBinary } from './binary.ts';
import { sha256 } from './digest.ts';
import { layer } from './layer.ts';
import type { Layer } from './layer.ts';
import { pushBlob, pushManifest } from './registry.ts';
import type { Repository } from './registry.ts';

const types = {
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
} as const;

/** Baked into the image's environment; each name is listed in README.md. */
export type Faults = Partial<
  Record<
    | 'FAULT_SLOW_BOOT'
    | 'FAULT_CRASH_AT_START'
    | 'FAULT_CRASH_AFTER'
    | 'FAULT_CRASHES'
    | 'FAULT_READY_FLAPS'
    | 'FAULT_HANG_AFTER'
    | 'FAULT_NEVER_READY'
    | 'FAULT_ERROR_RATE'
    | 'FAULT_WRONG_VERSION'
    | 'FAULT_MEMORY_GROWTH'
    | 'FAULT_IGNORE_SIGTERM',
    string
  >
>;

export interface ServiceImageRequest {
  /** `127.0.0.1:5000` */
  registry: string;
  /** `shop/service` unless given. */
  repository?: string;
  /** Shown on `/version`. */
  version: string;
  /** The version unless given. */
  tag?: string;
  faults?: Faults;
  /** What its entrypoint is, unless the service: one that its node cannot run. */
  program?: Buffer;
  /** Wraps the image in an index of two platforms, this machine's and a dummy. */
  index?: boolean;
  /** Value of the Authorization header, for a registry that wants one. */
  authorization?: string;
}

export interface ServiceImage {
  /** `127.0.0.1:5000/shop/service:v1` */
  ref: string;
  repository: string;
  tag: string;
  /** What the tag names: the index's where there is one, else the manifest's. */
  digest: string;
  /** `127.0.0.1:5000/shop/service:v1@sha256:…` */
  pinned: string;
  /** This machine's platform manifest. */
  manifestDigest: string;
  configDigest: string;
}

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

/** Pushes the sample service as an image of its own for this version, and says how it may be called. */
export async function pushServiceImage(asked: ServiceImageRequest): Promise<ServiceImage> {
  const { registry, version, repository = 'shop/service', tag = version } = asked;
  const to: Repository = {
    registry,
    repository,
    ...(asked.authorization && { authorization: asked.authorization }),
  };
  const { path, architecture } = await serviceBinary();
  const program = asked.program
    ? packed(asked.program)
    : await (serviceLayer ??= readFile(path).then(packed));
  const identity = layer([{ path: 'version', content: Buffer.from(`${version}\n`), mode: 0o644 }]);

  const config = imageConfig(version, architecture, asked.faults ?? {}, [program, identity]);
  const manifest = await pushImage(to, config, [program, identity]);
  const named = asked.index
    ? imageIndex(manifest, architecture, await pushDummy(to, identity))
    : manifest.bytes;
  const digest = await pushManifest(to, tag, named, asked.index ? types.index : types.manifest);

  const ref = `${registry}/${repository}:${tag}`;
  return {
    ref,
    repository,
    tag,
    digest,
    pinned: `${ref}@${digest}`,
    manifestDigest: manifest.descriptor.digest,
    configDigest: manifest.config,
  };
}

/** The same for every version, so compressed once. */
let serviceLayer: Promise<Layer> | undefined;

const packed = (content: Buffer): Layer => layer([{ path: 'service', content, mode: 0o755 }]);

interface PushedManifest {
  descriptor: Descriptor;
  config: string;
  bytes: Buffer;
}

async function pushImage(to: Repository, config: Buffer, layers: Layer[]): Promise<PushedManifest> {
  for (const { gzipped } of layers) await pushBlob(to, gzipped);
  const configDigest = await pushBlob(to, config);
  const bytes = json({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: configDigest, size: config.length },
    layers: layers.map((one) => ({ mediaType: types.layer, digest: one.digest, size: one.gzipped.length })),
  });
  const digest = await pushManifest(to, sha256(bytes), bytes, types.manifest);
  return {
    descriptor: { mediaType: types.manifest, digest, size: bytes.length },
    config: configDigest,
    bytes,
  };
}

/** The other platform of an index: pullable, not runnable. */
async function pushDummy(to: Repository, identity: Layer): Promise<Descriptor> {
  const config = json({
    architecture: dummyPlatform.architecture,
    os: dummyPlatform.os,
    config: {},
    rootfs: { type: 'layers', diff_ids: [identity.diffId] },
  });
  return (await pushImage(to, config, [identity])).descriptor;
}

const dummyPlatform = { architecture: 's390x', os: 'linux' };

function imageIndex(manifest: PushedManifest, architecture: string, dummy: Descriptor): Buffer {
  return json({
    schemaVersion: 2,
    mediaType: types.index,
    manifests: [
      { ...manifest.descriptor, platform: { architecture, os: 'linux' } },
      { ...dummy, platform: dummyPlatform },
    ],
  });
}

function imageConfig(version: string, architecture: string, faults: Faults, layers: Layer[]): Buffer {
  const baked = Object.entries(faults).map(([name, value]) => `${name}=${value}`);
  return json({
    architecture,
    os: 'linux',
    config: {
      User: '65532:65532',
      Env: ['PATH=/', `VERSION=${version}`, ...baked],
      Entrypoint: ['/service'],
      ExposedPorts: { '8080/tcp': {} },
      Labels: { 'org.opencontainers.image.version': version },
    },
    rootfs: { type: 'layers', diff_ids: layers.map((one) => one.diffId) },
  });
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
