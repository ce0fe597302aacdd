import { formatImageRef, parseImageRef } from '../image-ref.ts';
import type { ImageRef } from '../image-ref.ts';
import { Unhashable } from '../source/unhashable.ts';

/** The reference with the tag that a runtime would take. Throws Unhashable for what is none. */
export function readImage(text: string, where: string): ImageRef {
  const ref = parseImageRef(text);
  if (ref === undefined) throw new Unhashable(`\`${text}\` (${where}) is not the name of an image`);
  return ref.tag === undefined && ref.digest === undefined ? { ...ref, tag: 'latest' } : ref;
}

/** How BuildKit compares a named context with an image's name: `node`, `node:latest` and `docker.io/library/node`. */
export function contextKey(name: string): string {
  const ref = parseImageRef(name.toLowerCase().replace(/::.*$/, ''));
  return ref === undefined ? name.toLowerCase() : formatImageRef(ref).replace(/:latest$/, '');
}

const dockerfileFrontend = /(^|\/)dockerfile(-upstream)?$/;

/**
 * The image behind `# syntax=`. Another frontend than Dockerfile's may read the file in any way, so that nobody could
 * tell which images it takes.
 */
export function readSyntax(text: string): ImageRef {
  const ref = readImage(text, '# syntax');
  if (dockerfileFrontend.test(ref.repository)) return ref;
  throw new Unhashable(
    `\`# syntax=${text}\` is not a Dockerfile frontend that is known, so what it takes in is not`,
  );
}
