import type { Fault } from '../errors.ts';
import { parseImageRef } from '../image-ref.ts';
import type { RepositoryRef } from '../oci/types.ts';

/** Reads input `images`: repositories without tags. The first is the one that is built into; the others get copies. */
export function parseImages(lines: readonly string[]): { images: RepositoryRef[]; faults: Fault[] } {
  const faults: Fault[] = [];
  const images: RepositoryRef[] = [];
  for (const line of lines) {
    const problem = problemOf(line);
    const ref = problem === undefined ? parseImageRef(line) : undefined;
    if (problem !== undefined) faults.push({ input: 'images', value: JSON.stringify(line), problem });
    if (ref === undefined) continue;
    const { registry, repository } = ref;
    if (images.some((other) => other.registry === registry && other.repository === repository))
      faults.push({ input: 'images', value: JSON.stringify(line), problem: 'is there twice' });
    images.push({ registry, repository });
  }
  return { images, faults };
}

function problemOf(line: string): string | undefined {
  if (/^https?:\/\//.test(line)) return `is an address; write ${line.replace(/^https?:\/\//, '')}`;
  const ref = parseImageRef(line);
  if (ref?.digest !== undefined) return 'has a digest; name the repository alone';
  if (ref?.tag !== undefined) return `has a tag; write it under tags: ${ref.tag}`;
  if (ref !== undefined) return undefined;
  const lower = lowerCase(line);
  return parseImageRef(lower) === undefined
    ? 'is no repository; write registry/name, such as ghcr.io/octo/shop'
    : `a repository is written in lower case: ${lower}`;
}

/** A tag keeps its case. */
const lowerCase = (line: string): string =>
  line.replace(/^[^:@]*(?::\d+\/[^:@]*)?/, (name) => name.toLowerCase());
