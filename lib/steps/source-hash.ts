import { createHash } from 'node:crypto';
import { parseDockerfile } from '../domain/dockerfile/instructions.ts';
import { readImage } from '../domain/dockerfile/images.ts';
import { imagesTakenIn } from '../domain/dockerfile/taken-in.ts';
import { readIgnoreFile } from '../domain/dockerignore/rules.ts';
import type { IgnoreRules } from '../domain/dockerignore/rules.ts';
import { TargetError, UnreachableError } from '../domain/errors.ts';
import { formatImageRef } from '../domain/image-ref.ts';
import type { ImageRef } from '../domain/image-ref.ts';
import { partsOf, platformsOf, summed } from '../domain/source/canonical.ts';
import { readContext } from '../domain/source/contexts.ts';
import type { Context } from '../domain/source/contexts.ts';
import { normalPlatform } from '../domain/source/platform.ts';
import { readRemote } from '../domain/source/remote.ts';
import type { Base, Listing, SourceHash, SourceInputs } from '../domain/source/types.ts';
import { Unhashable } from '../domain/source/unhashable.ts';
import type { RegistryStore } from '../ports/registry-store.ts';
import type { SourceTree } from '../ports/source-tree.ts';

interface Ports {
  readonly tree: SourceTree;
  readonly store: Pick<RegistryStore, 'head'>;
}

/**
 * One number for all that a build is made from: what `.dockerignore` lets through, the Dockerfile, arguments, target,
 * platforms, and the images it takes in by the digests that they have now. Equal numbers mean that building again would
 * use the same input; what a RUN step fetches from the network is not in it, so the caller bounds a hash's age. Where
 * an input cannot be named there is no number, and the reason instead. Throws only what is no answer (CancelledError).
 */
export async function sourceHash(inputs: SourceInputs, ports: Ports): Promise<SourceHash> {
  try {
    return await hashOf(inputs, ports);
  } catch (error) {
    if (error instanceof Unhashable) return { kind: 'none', reason: error.message };
    throw error;
  }
}

async function hashOf(inputs: SourceInputs, { tree, store }: Ports): Promise<SourceHash> {
  const { context, file } = inputs;
  if (readRemote(context) !== undefined) {
    throw new Unhashable(`the context is remote, so its Dockerfile is not read here: ${context}`);
  }
  const dockerfile = await tree.read(file);
  if (dockerfile === undefined) throw new Unhashable(`there is no Dockerfile at ${file}`);
  const contexts = Object.entries(inputs.buildContexts).map(([name, value]) => ({
    name,
    ...readContext(name, value),
  }));
  const [bases, listings] = await Promise.all([
    resolve(imagesOf(dockerfile, inputs, contexts), store),
    listAll(inputs, contexts, tree),
  ]);
  const pinned = contexts.flatMap((each) => (each.kind === 'pinned' ? [each] : []));
  const parts = partsOf(inputs, { dockerfile, listings, pinned, bases }).map(({ name, text }) => ({
    name,
    sum: sha256(text),
  }));
  const all = listings.map(({ listing }) => listing);
  return {
    kind: 'hash',
    hash: sha256(summed(parts)),
    bases,
    files: all.flatMap(({ entries }) => entries).filter(({ mode }) => mode !== 'folder').length,
    dirty: [...new Set(all.flatMap(({ dirty }) => dirty))].toSorted(),
    notes: notesOn(all),
    parts: Object.fromEntries(parts.map(({ name, sum }) => [name, sum.slice(0, 12)])),
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

type Named = Context & { readonly name: string };

/** Those that the Dockerfile takes in, and those that are named contexts. */
function imagesOf(dockerfile: string, inputs: SourceInputs, contexts: readonly Named[]): ImageRef[] {
  const scopes = platformsOf(inputs).map((platform) => ({
    platform,
    buildPlatform: normalPlatform(inputs.buildPlatform),
    target: inputs.target,
    buildArgs: new Map(Object.entries(inputs.buildArgs)),
  }));
  const named = contexts.flatMap((each) =>
    each.kind === 'image' ? [readImage(each.ref, `build context ${each.name}`)] : [],
  );
  const names = contexts.map(({ name }) => name);
  return [...imagesTakenIn(parseDockerfile(dockerfile), scopes, names), ...named];
}

/** Asks the registries what each name stands for now; a digest in the name is answer enough. */
async function resolve(images: readonly ImageRef[], store: Ports['store']): Promise<Base[]> {
  const byName = new Map(images.map((ref) => [formatImageRef(ref), ref]));
  const asked = [...byName].map(async ([name, ref]) => ({
    ref: name,
    digest: ref.digest ?? (await digestOf(ref, name, store)),
  }));
  return (await Promise.all(asked)).toSorted((one, other) => (one.ref < other.ref ? -1 : 1));
}

async function digestOf(ref: ImageRef, name: string, store: Ports['store']): Promise<string> {
  try {
    const found = await store.head(ref);
    if (found !== undefined) return found.digest;
  } catch (error) {
    if (!(error instanceof TargetError) && !(error instanceof UnreachableError)) throw error;
    throw new Unhashable(`what ${name} stands for could not be asked: ${error.message}`, { cause: error });
  }
  throw new Unhashable(`${name} is not in its registry`);
}

interface NamedListing {
  readonly name: string;
  readonly listing: Listing;
}

async function listAll(
  { context, file }: SourceInputs,
  contexts: readonly Named[],
  tree: SourceTree,
): Promise<NamedListing[]> {
  const folders = contexts.flatMap((each) => (each.kind === 'folder' ? [each] : []));
  // One after the other: each already uses what the disk gives.
  const found = [
    { name: 'context', listing: await tree.list(context, await mainRules(context, file, tree)) },
  ];
  for (const { name, path } of folders) {
    found.push({ name, listing: await tree.list(path, await rulesAt(`${path}/.dockerignore`, tree)) });
  }
  return found;
}

/** `<Dockerfile>.dockerignore` counts before the context's own file. */
async function mainRules(context: string, file: string, tree: SourceTree): Promise<IgnoreRules> {
  const own = await tree.read(`${file}.dockerignore`);
  return own === undefined ? rulesAt(`${context}/.dockerignore`, tree) : readIgnoreFile(own);
}

const rulesAt = async (path: string, tree: SourceTree): Promise<IgnoreRules> =>
  readIgnoreFile((await tree.read(path)) ?? '');

const notesOn = (listings: readonly Listing[]): string[] =>
  listings.some(({ entries }) => entries.some(({ mode }) => mode === 'git'))
    ? [
        '`.git` is sent to the build, so every commit is another source; with `.git` in .dockerignore, commits that change nothing else share an image',
      ]
    : [];
