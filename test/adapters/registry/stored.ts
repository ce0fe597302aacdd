/** Small images to store, and stores to store them with. */
import { randomBytes } from 'node:crypto';
import { digestOf } from '../../../lib/adapters/registry/manifests.ts';
import { registryStore } from '../../../lib/adapters/registry/store.ts';
import type { RegistryStoreOptions } from '../../../lib/adapters/registry/store.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type {
  Descriptor,
  RegistryStore,
  RepositoryRef,
  StoredManifest,
} from '../../../lib/ports/registry-store.ts';

/** Time passes when somebody sleeps, and only then; a real moment goes by so that servers can finish. */
export function fakeClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  let now = 0;
  return {
    slept,
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}

export const storeOf = (options: Partial<RegistryStoreOptions> = {}): RegistryStore =>
  registryStore({
    proxy: {},
    clock: fakeClock(),
    random: () => 0.5,
    loginFor: async () => undefined,
    ...options,
  });

export const repository = (registry: string, name = 'team/app'): RepositoryRef => ({
  registry,
  repository: name,
});

export const blobOf = (bytes: Uint8Array, mediaType = 'application/octet-stream'): Descriptor => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});

/** Does not compress, and is new each time. */
export const someBytes = (length: number): Buffer => randomBytes(length);

export const manifestOf = (document: object): StoredManifest => {
  const whole = { schemaVersion: 2, mediaType: imageType, ...document };
  const bytes = Buffer.from(JSON.stringify(whole));
  return { mediaType: whole.mediaType, digest: digestOf(bytes), bytes };
};

export const imageType = 'application/vnd.oci.image.manifest.v1+json';
export const indexType = 'application/vnd.oci.image.index.v1+json';

/** An image of one layer, stored. */
export async function pushImage(
  store: RegistryStore,
  to: RepositoryRef,
  tag: string,
  layer: Uint8Array = someBytes(2_000),
): Promise<{ manifest: StoredManifest; layer: Descriptor; config: Descriptor }> {
  const configBytes = Buffer.from(
    JSON.stringify({ os: 'linux', architecture: 'amd64', of: digestOf(layer) }),
  );
  await Promise.all([store.putBlob(to, layer), store.putBlob(to, configBytes)]);
  const config = blobOf(configBytes, 'application/vnd.oci.image.config.v1+json');
  const descriptor = blobOf(layer, 'application/vnd.oci.image.layer.v1.tar');
  const manifest = manifestOf({ config, layers: [descriptor] });
  await store.putManifest({ ...to, tag }, manifest);
  return { manifest, layer: descriptor, config };
}
