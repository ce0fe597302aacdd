/** One repository, a registry in memory, and the hash of both after a change. */
import { join } from 'node:path';
import { sourceTree } from '../../../lib/adapters/source-tree/client.ts';
import { formatImageRef } from '../../../lib/domain/image-ref.ts';
import type { SourceHash, SourceInputs } from '../../../lib/domain/source/types.ts';
import type { RegistryStore } from '../../../lib/ports/registry-store.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';
import { sourceHash } from '../../../lib/steps/source-hash.ts';
import type { Place } from './repository.ts';

export type Registry = Readonly<Record<string, string | Error | undefined>>;

export const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

export const registry: Registry = {
  'docker.io/docker/dockerfile:1': digest('1'),
  'docker.io/library/node:24': digest('2'),
  'docker.io/library/node:22': digest('3'),
  'docker.io/library/cache:1': digest('4'),
  'docker.io/library/tools:1': digest('5'),
};

export const store = (holds: Registry): Pick<RegistryStore, 'head'> => ({
  async head(ref) {
    const found = holds[formatImageRef(ref)];
    if (found instanceof Error) throw found;
    return found === undefined ? undefined : { mediaType: 'a', digest: found, size: 1 };
  },
});

export const inputsFor = (place: Place): SourceInputs => ({
  context: place.shop,
  file: join(place.shop, 'Dockerfile'),
  buildContexts: { docs: join(place.path, 'docs') },
  buildArgs: { MODE: 'prod' },
  target: 'release',
  platforms: ['linux/amd64', 'linux/arm64'],
  buildPlatform: 'linux/amd64',
  secretIds: ['npm'],
  sshIds: [],
  settings: { labels: ['team=shop'] },
});

/** What is not as it was. */
export interface Change {
  readonly inputs?: Partial<SourceInputs>;
  readonly registry?: Registry;
}

export const input = (inputs: Partial<SourceInputs>): Change => ({ inputs });

const tree = sourceTree({ spawn: processSpawn({ ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' }) });

export const hash = (place: Place, change: Change = {}): Promise<SourceHash> =>
  sourceHash(
    { ...inputsFor(place), ...change.inputs },
    { tree, store: store({ ...registry, ...change.registry }) },
  );

export type Hash = Extract<SourceHash, { kind: 'hash' }>;

export async function hashed(place: Place, change?: Change): Promise<Hash> {
  const found = await hash(place, change);
  if (found.kind === 'none') throw new Error(found.reason);
  return found;
}
