/** An image and all that belongs to it, read from where it is: manifests only, no layer. */
import { TargetError } from '../../domain/errors.ts';
import type { Descriptor, StoredManifest } from '../../domain/oci/types.ts';
import { cosignTags } from '../../domain/promotion/companions.ts';
import { contentOf } from '../../domain/promotion/manifest.ts';
import type { RegistryStore, RepositoryRef } from '../../ports/registry-store.ts';
import type { Limit } from './limit.ts';

export interface TreeNode {
  readonly manifest: StoredManifest;
  /** Config and layers. */
  readonly blobs: readonly Descriptor[];
  /** Platforms, and what BuildKit adds to them. */
  readonly children: readonly TreeNode[];
}

export interface ImageTree {
  readonly root: TreeNode;
  /** Signatures, attestations, SBOMs that name their subject; each after its subject. */
  readonly referrers: readonly TreeNode[];
  /** The same in cosign's older way: under a tag that is made of the digest. */
  readonly tagged: readonly { readonly tag: string; readonly node: TreeNode }[];
}

type Reads = Pick<RegistryStore, 'manifest' | 'referrers'>;

export interface Root {
  readonly from: RepositoryRef;
  readonly digest: string;
  /** Of that digest, where it has been read already. */
  readonly manifest?: StoredManifest;
}

/** What is being read. Each rejects with TargetError when a part is missing. */
export interface Reading {
  /** The image with its platforms, which can be written while the rest is still asked for. */
  readonly root: Promise<TreeNode>;
  readonly tree: Promise<ImageTree>;
}

/** Follows an index to its platforms, and everything to what refers to it, and so on. */
export function beginReading({ from, digest, manifest }: Root, registry: Reads, limit: Limit): Reading {
  const reader = new Reader(from, registry, limit);
  const known = manifest?.digest === digest ? manifest : undefined;
  // What belongs to it can be asked for before the image itself has been read: its digest is known.
  reader.begin(digest);
  const root = reader.node(digest, known);
  return { root, tree: heldBack(reader.whole(root)) };
}

/** A failure is for the one who comes to wait for it, maybe later: until then nobody has missed it. */
function heldBack<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** What would travel if nothing were there yet: each blob once. */
export function blobsOf({ root, referrers, tagged }: ImageTree): readonly Descriptor[] {
  const blobs = new Map<string, Descriptor>();
  const add = ({ blobs: own, children }: TreeNode): void => {
    for (const blob of own) blobs.set(blob.digest, blob);
    children.forEach(add);
  };
  [root, ...referrers, ...tagged.map(({ node }) => node)].forEach(add);
  return [...blobs.values()];
}

class Reader {
  readonly #referrers: TreeNode[] = [];
  readonly #tagged: { tag: string; node: TreeNode }[] = [];
  readonly #from: RepositoryRef;
  readonly #registry: Reads;
  readonly #limit: Limit;
  /** Whose belongings were asked for: two manifests may refer to each other's. */
  readonly #asked = new Map<string, Promise<void>>();

  constructor({ registry: host, repository }: RepositoryRef, registry: Reads, limit: Limit) {
    this.#from = { registry: host, repository };
    this.#registry = registry;
    this.#limit = limit;
  }

  async node(digest: string, known?: StoredManifest): Promise<TreeNode> {
    const found = known ?? (await this.#limit(() => this.#registry.manifest({ ...this.#from, digest })));
    if (found === undefined) throw missing(this.#from, digest);
    return this.#nodeOf(found);
  }

  /** Asks for what belongs to a manifest; nobody waits for it yet. */
  begin(digest: string): void {
    if (!this.#asked.has(digest)) this.#asked.set(digest, heldBack(this.#belongings(digest)));
  }

  async whole(root: Promise<TreeNode>): Promise<ImageTree> {
    const image = await root;
    // What is found is asked in turn: the map grows while it is gone through.
    for (const asked of this.#asked.values()) await asked;
    return { root: image, referrers: this.#referrers, tagged: this.#tagged };
  }

  async #belongings(digest: string): Promise<void> {
    await Promise.all([this.#referrersOf(digest), ...cosignTags(digest).map((tag) => this.#underTag(tag))]);
  }

  async #referrersOf(digest: string): Promise<void> {
    const listed = await this.#limit(() => this.#registry.referrers(this.#from, digest));
    const nodes = await Promise.all(listed.map((each) => this.node(each.digest)));
    this.#referrers.push(...nodes);
    for (const { manifest } of nodes) this.begin(manifest.digest);
  }

  async #underTag(tag: string): Promise<void> {
    const found = await this.#limit(() => this.#registry.manifest({ ...this.#from, tag }));
    if (found !== undefined) this.#tagged.push({ tag, node: await this.#nodeOf(found) });
  }

  async #nodeOf(manifest: StoredManifest): Promise<TreeNode> {
    const content = contentOf(manifest);
    if (content === undefined) throw unreadable(this.#from, manifest);
    const children = await Promise.all(
      content.manifests.map(({ digest }) => {
        this.begin(digest);
        return this.node(digest);
      }),
    );
    return { manifest, blobs: content.blobs, children };
  }
}

const missing = ({ registry, repository }: RepositoryRef, digest: string): TargetError =>
  new TargetError(`${registry}/${repository} does not have ${digest}`, {
    subject: `${registry}/${repository}@${digest}`,
    remedy:
      'an index names it, or a signature: push the image again, and see that no clean-up deletes untagged manifests',
  });

const unreadable = (
  { registry, repository }: RepositoryRef,
  { digest, mediaType }: StoredManifest,
): TargetError =>
  new TargetError(`${registry}/${repository}@${digest} is neither an image nor an index`, {
    subject: `${registry}/${repository}@${digest}`,
    remedy: 'only manifests of the OCI and of Docker’s second schema can be copied',
    details: [['media type', mediaType]],
  });
