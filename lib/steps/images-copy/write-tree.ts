/** Puts an image and all that belongs to it into another repository, byte for byte. */
import { TargetError } from '../../domain/errors.ts';
import type { Descriptor } from '../../domain/oci/types.ts';
import { contentOf } from '../../domain/promotion/manifest.ts';
import type { RegistryStore, RepositoryRef } from '../../ports/registry-store.ts';
import type { Limit } from './limit.ts';
import { putReferrer } from './put-referrer.ts';
import type { Reading, TreeNode } from './read-tree.ts';

export interface Written {
  /** Bytes of blobs that travelled through us. */
  bytes: number;
  /** Blobs, by how they came to be there. */
  present: number;
  mounted: number;
  copied: number;
  /** Manifests that were not there before: platforms, signatures and so on included. */
  manifests: number;
  /** What was left as the destination has it, and why. */
  notes: string[];
}

/** Children before parents, blobs before manifests, the image before what is about it. Nothing is tagged but cosign's own. */
export async function writeTree(
  reading: Reading,
  from: RepositoryRef,
  to: RepositoryRef,
  registry: RegistryStore,
  limit: Limit,
): Promise<Written> {
  const writer = new Writer(from, to, registry, limit);
  const image = await reading.root;
  await writer.image(image);
  await writer.proved(image.manifest.digest);
  const { referrers, tagged } = await reading.tree;
  // One after the other: on a registry without a referrers API each reads and writes the same fallback tag.
  for (const node of referrers) await writer.referrer(node);
  for (const { tag, node } of tagged) await writer.tagged(tag, node);
  return writer.written;
}

class Writer {
  readonly written: Written = { bytes: 0, present: 0, mounted: 0, copied: 0, manifests: 0, notes: [] };
  readonly #from: RepositoryRef;
  readonly #to: RepositoryRef;
  readonly #registry: RegistryStore;
  readonly #limit: Limit;
  /** Platforms share layers: each is asked for once. */
  readonly #blobs = new Map<string, Promise<void>>();

  constructor(from: RepositoryRef, to: RepositoryRef, registry: RegistryStore, limit: Limit) {
    this.#from = place(from);
    this.#to = place(to);
    this.#registry = registry;
    this.#limit = limit;
  }

  /** What is there as a manifest has its blobs, for no registry takes one without; its children are looked at all the same. */
  async image(node: TreeNode): Promise<void> {
    const there = await this.#there(node);
    await Promise.all(node.children.map((child) => this.image(child)));
    if (there) return;
    await this.#blobsOf(node);
    await this.#put({ digest: node.manifest.digest }, node);
  }

  async referrer(node: TreeNode): Promise<void> {
    await Promise.all(node.children.map((child) => this.image(child)));
    const there = await this.#there(node);
    if (!there) await this.#blobsOf(node);
    await putReferrer(this.#to, node.manifest, this.#registry);
    if (!there) this.written.manifests += 1;
  }

  /** cosign keeps all signatures of an image in one manifest: one that the destination has of its own is not overwritten. */
  async tagged(tag: string, node: TreeNode): Promise<void> {
    const there = await this.#registry.manifest({ ...this.#to, tag });
    if (there?.digest === node.manifest.digest) return;
    const [ours, theirs] = [entriesOf(node.blobs), entriesOf((there && contentOf(there)?.blobs) ?? [])];
    const missing = ours.filter((entry) => !theirs.includes(entry)).length;
    if (theirs.some((entry) => !ours.includes(entry))) {
      if (missing > 0)
        this.written.notes.push(
          `${this.#to.registry}/${this.#to.repository}:${tag} has entries of its own, so ${missing} of the source's were not added`,
        );
      return;
    }
    await Promise.all(node.children.map((child) => this.image(child)));
    await this.#blobsOf(node);
    await this.#put({ tag }, node);
    await this.proved(node.manifest.digest, tag);
  }

  /** The registry's own word for it, after the write. */
  async proved(digest: string, tag?: string): Promise<void> {
    const ref = { ...this.#to, ...(tag === undefined ? { digest } : { tag }) };
    const there = await this.#registry.head(ref);
    if (there?.digest === digest) return;
    throw new TargetError(`${this.#to.registry} does not have what was copied to it`, {
      subject: `${this.#to.registry}/${this.#to.repository}${tag === undefined ? '' : `:${tag}`}`,
      remedy: 'run again; if it stays so, the registry loses or changes what is pushed to it',
      details: [
        ['copied', digest],
        ['there', there?.digest ?? 'nothing'],
      ],
    });
  }

  async #there({ manifest: { digest } }: TreeNode): Promise<boolean> {
    const found = await this.#limit(() => this.#registry.head({ ...this.#to, digest }));
    return found !== undefined;
  }

  async #blobsOf({ blobs }: TreeNode): Promise<void> {
    await Promise.all(blobs.map((blob) => this.#blob(blob)));
  }

  #blob(blob: Descriptor): Promise<void> {
    const copying = this.#blobs.get(blob.digest) ?? this.#copy(blob);
    this.#blobs.set(blob.digest, copying);
    return copying;
  }

  async #copy(blob: Descriptor): Promise<void> {
    const { kind, bytes } = await this.#limit(() => this.#registry.copyBlob(blob, this.#from, this.#to));
    this.written[kind] += 1;
    this.written.bytes += bytes;
  }

  async #put(under: { digest: string } | { tag: string }, { manifest }: TreeNode): Promise<void> {
    await this.#limit(() => this.#registry.putManifest({ ...this.#to, ...under }, manifest));
    this.written.manifests += 1;
  }
}

/** Each layer is a signature, an attestation or an SBOM; the config only counts them. */
const entriesOf = ([_config, ...layers]: readonly Descriptor[]): string[] =>
  layers.map(({ digest }) => digest);

const place = ({ registry, repository }: RepositoryRef): RepositoryRef => ({ registry, repository });
