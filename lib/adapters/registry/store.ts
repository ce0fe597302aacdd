/** What registries store, read and written over the OCI distribution API (specification 1.1). */
import type { Milliseconds } from '../../domain/duration.ts';
import type { RegistryCredentials } from '../../domain/registry.ts';
import type { Clock } from '../../ports/clock.ts';
import type { BlobCopy, RegistryStore, RepositoryRef } from '../../ports/registry-store.ts';
import { isLoopback } from './address.ts';
import { registryApi } from './api.ts';
import { getBlob } from './blobs.ts';
import { copyBlob, putBlob } from './copy.ts';
import { getManifest, headManifest, putManifest } from './manifests.ts';
import { listReferrers, listTags } from './pages.ts';
import { session } from './session.ts';
import { transport } from '../http/transport.ts';

export interface RegistryStoreOptions {
  /** `HTTPS_PROXY` and friends, as the runtime's `proxyOf` gives them. */
  readonly proxy: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Who we are to a repository's registry; undefined for nobody. */
  readonly loginFor: (repository: RepositoryRef) => Promise<RegistryCredentials | undefined>;
  /** PEM text of an extra certificate authority. */
  readonly ca?: string;
  /** How often what may pass (429, 5xx, a broken connection) is tried again; default 4. */
  readonly retries?: number;
  /** How long to try before giving up, default 2 min; an upload that gets on starts it anew. */
  readonly patience?: Milliseconds;
  /** The longest silence of a server, default 60 s: storing a large layer takes a registry its time. */
  readonly timeout?: Milliseconds;
  /** Which hosts speak plain http; by default those of this machine. */
  readonly plainHttp?: (hostname: string) => boolean;
  readonly random?: () => number;
  /** Ends what is under way; an upload is given up at the registry before its call rejects. */
  readonly signal?: AbortSignal;
}

export function registryStore(options: RegistryStoreOptions): RegistryStore {
  const { proxy, clock, ca, loginFor, signal, plainHttp = isLoopback, random = Math.random } = options;
  const { retries = 4, patience: budget = 120_000, timeout = 60_000 } = options;
  const patience = { clock, random, retries, budget };
  const send = transport({ proxy, ca, timeout, plainHttp });
  const api = registryApi({
    session: session({ send, patience, plainHttp }),
    loginFor,
    plainHttp,
    patience,
    signal,
  });
  const once = eachBlobOnce();

  return {
    head: (ref) => headManifest(api, ref),
    manifest: (ref) => getManifest(api, ref),
    putManifest: (ref, manifest) => putManifest(api, ref, manifest),
    blob: (repository, blob) => getBlob(api, repository, blob),
    putBlob: (repository, bytes) => putBlob(api, repository, bytes),
    copyBlob: (blob, from, to) => once(to, blob.digest, () => copyBlob(api, blob, from, to)),
    referrers: (repository, digest) => listReferrers(api, repository, digest),
    tags: (repository) => listTags(api, repository),
  };
}

/** Images share layers: who asks for one that is being copied, or has been, waits for that and moves nothing. */
function eachBlobOnce() {
  const copies = new Map<string, Promise<unknown>>();
  return async (to: RepositoryRef, digest: string, copy: () => Promise<BlobCopy>): Promise<BlobCopy> => {
    const place = `${to.registry}/${to.repository}@${digest}`;
    const underWay = copies.get(place);
    if (underWay !== undefined) {
      await underWay;
      return { kind: 'present', bytes: 0 };
    }
    const mine = copy();
    copies.set(place, mine);
    try {
      return await mine;
    } catch (error) {
      copies.delete(place);
      throw error;
    }
  };
}
