import type { RegistryStore, RepositoryRef, StoredManifest } from '../ports/registry-store.ts';
import { limitTo } from './images-copy/limit.ts';
import { beginReading, blobsOf } from './images-copy/read-tree.ts';
import type { ImageTree } from './images-copy/read-tree.ts';
import { writeTree } from './images-copy/write-tree.ts';

export interface CopyRequest {
  readonly from: RepositoryRef;
  readonly digest: string;
  /** Of that digest, where it has been read already. */
  readonly manifest?: StoredManifest;
  readonly to: readonly RepositoryRef[];
}

export interface Copied {
  readonly to: RepositoryRef;
  /** Bytes of blobs that travelled through us: 0 within one registry. */
  readonly bytes: number;
  /** Blobs, by how they came to be there. */
  readonly present: number;
  readonly mounted: number;
  readonly copied: number;
  /** Manifests that were not there before: platforms, signatures and so on included. */
  readonly manifests: number;
  /** What was left as the destination has it, and why. */
  readonly notes: readonly string[];
}

export interface CopyPorts {
  readonly registry: RegistryStore;
  readonly signal?: AbortSignal;
}

/** Requests at once: layers in flight are bounded by it, and so is memory. */
const atOnce = 6;

const nothing = { bytes: 0, present: 0, mounted: 0, copied: 0, manifests: 0, notes: [] } as const;

/**
 * Copies an image to other repositories as it is: the index with every platform, and what belongs to any of them
 * (signatures, attestations, SBOMs: referrers, and cosign's tags `sha256-<hex>.sig|.att|.sbom`). Same bytes, same
 * digest, read back at the end. Nothing is on disk; within one registry no blob travels. Where the destination lists no
 * referrers, their fallback tag is kept. Nothing else is tagged: a copy that fails in the middle is seen by nobody, so
 * the image is sent while what belongs to it is still being asked for.
 *
 * Throws TargetError when the source lacks a part, or the destination has something else in the end; the other
 * destinations are finished before.
 */
export async function copyImage(request: CopyRequest, ports: CopyPorts): Promise<readonly Copied[]> {
  const { from, to } = request;
  const { registry, signal } = ports;
  const limit = limitTo(atOnce, signal);
  const others = to.filter((each) => !isSame(each, from));
  const reading = others.length === 0 ? undefined : beginReading(request, registry, limit);
  const copies = to.map(async (each) => {
    if (reading === undefined || isSame(each, from)) return { to: each, ...nothing };
    return { to: each, ...(await writeTree(reading, from, each, registry, limit)) };
  });
  const ended = await Promise.allSettled(copies);
  return ended.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
}

export interface CopyPlan {
  readonly to: RepositoryRef;
  /** At most: what is there already does not travel. 0 within one registry. */
  readonly bytes: number;
  readonly manifests: number;
  readonly blobs: number;
}

/** What `copyImage` would move; reads manifests, changes nothing. */
export async function planCopy(
  request: CopyRequest,
  { registry, signal }: CopyPorts,
): Promise<readonly CopyPlan[]> {
  const { from, to } = request;
  const { tree: reading } = beginReading(request, registry, limitTo(atOnce, signal));
  const tree = await reading;
  const blobs = blobsOf(tree);
  const bytes = blobs.reduce((sum, { size }) => sum + size, 0);
  return to.map((each) => ({
    to: each,
    bytes: each.registry === from.registry ? 0 : bytes,
    manifests: isSame(each, from) ? 0 : countOf(tree),
    blobs: isSame(each, from) ? 0 : blobs.length,
  }));
}

function countOf({ root, referrers, tagged }: ImageTree): number {
  const count = (node: ImageTree['root']): number =>
    node.children.reduce((sum, child) => sum + count(child), 1);
  return [root, ...referrers, ...tagged.map(({ node }) => node)].reduce((sum, node) => sum + count(node), 0);
}

const isSame = (a: RepositoryRef, b: RepositoryRef): boolean =>
  a.registry === b.registry && a.repository === b.repository;
