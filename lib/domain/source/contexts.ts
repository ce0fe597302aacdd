import { isDigest } from '../image-ref.ts';
import { readRemote } from './remote.ts';
import { Unhashable } from './unhashable.ts';

/** What a named context is. */
export type Context =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'image'; readonly ref: string }
  /** Its name says for good what it holds. */
  | { readonly kind: 'pinned'; readonly as: string };

/** Throws Unhashable for a remote that may hold something else tomorrow. */
export function readContext(name: string, value: string): Context {
  const [, scheme = '', rest = ''] = /^([a-z-]+):(?:\/\/)?(.*)$/.exec(value) ?? [];
  if (scheme === 'docker-image') return { kind: 'image', ref: rest };
  if (scheme === 'oci-layout') {
    const digest = rest.split('@')[1] ?? '';
    // Where the layout lies says nothing about the image, so two machines may keep it in different places.
    if (isDigest(digest)) return { kind: 'pinned', as: `oci-layout@${digest}` };
    throw new Unhashable(`the build context ${name} names no digest: ${value}`);
  }
  if (scheme === 'target' || scheme === 'input') {
    throw new Unhashable(`the build context ${name} comes from another build: ${value}`);
  }
  const remote = readRemote(value);
  if (remote === undefined) return { kind: 'folder', path: value };
  if (remote.kind === 'git' && remote.pinned) return { kind: 'pinned', as: value };
  const remedy = remote.kind === 'git' ? 'name the full commit' : 'check it out as a folder';
  throw new Unhashable(`the build context ${name} may change under the same URL (${remedy}): ${value}`);
}
