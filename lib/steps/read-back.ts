import { parseImageRef } from '../domain/image-ref.ts';
import { readBack as judge } from '../domain/images/matches.ts';
import type { ReadBack } from '../domain/images/matches.ts';
import type { ObjectId, ReleaseRef } from '../domain/kubernetes.ts';
import type { ManifestObject } from '../domain/manifest/parse.ts';
import type { RegistryAuth, Resolution } from '../domain/registry.ts';
import type { Kube } from '../ports/kube.ts';
import type { Registry } from '../ports/registry.ts';
import type { RunningContainer, RunningImages } from '../ports/rollout.ts';
import { pullSecrets } from './pull-secrets.ts';

export type { ReadBack };

export interface Expected {
  readonly gated: readonly ObjectId[];
  readonly objects: readonly ManifestObject[];
  /** Container → image reference as rendered. */
  readonly images: Readonly<Record<string, string>>;
}

interface ReadPorts {
  readonly kube: Kube;
  readonly running: RunningImages;
  readonly registry: Registry;
}

/**
 * Reads back what runs and holds it against what was asked by digest. Where the watcher has just `seen` every
 * container, and each is what was asked, that is the answer; anything less is read afresh.
 */
export async function readBack(
  release: ReleaseRef,
  expected: Expected,
  ports: ReadPorts,
  seen: readonly RunningContainer[] = [],
): Promise<ReadBack> {
  if (sawAll(seen, expected)) {
    const found = await matched(release, seen, expected, ports);
    if (found.outcome === 'pass') return found;
  }
  return matched(release, await ports.running.of(release, expected.gated), expected, ports);
}

/** Whether a container of each name that was rendered for the gated workloads is among them. */
function sawAll(seen: readonly RunningContainer[], { gated, images }: Expected): boolean {
  const workloads = gated.map(({ kind, name }) => `${kind}/${name}/`);
  const wanted = Object.keys(images).filter((name) => workloads.some((each) => name.startsWith(each)));
  const names = new Set(seen.map(({ container }) => container));
  return seen.length > 0 && wanted.every((name) => names.has(name));
}

/**
 * The registry is only asked where a runtime reports another digest than the one asked for: a platform's manifest,
 * or a config.
 */
async function matched(
  release: ReleaseRef,
  containers: readonly RunningContainer[],
  { objects, images }: Expected,
  { kube, registry }: ReadPorts,
): Promise<ReadBack> {
  const first = judge(images, containers, {});
  if (first.unknown.length === 0) return first;

  const auth = await pullSecrets(kube, release.namespace, objects);
  const asked = [...new Set(containers.map(({ container }) => images[container] ?? ''))];
  const answers = await Promise.all(
    asked.map(async (reference) => [reference, await resolve(registry, reference, auth)] as const),
  );
  return judge(images, containers, Object.fromEntries(answers));
}

async function resolve(registry: Registry, reference: string, auth: RegistryAuth): Promise<Resolution> {
  const ref = parseImageRef(reference);
  return ref?.digest === undefined
    ? { kind: 'unknown', reason: 'no digest was asked for' }
    : registry.resolve(ref, auth);
}

/** Why what was read back is no pass, in one line. */
export function whyNotAsked({ differing, unknown }: ReadBack): string {
  const [first = '', ...more] = [...differing, ...unknown];
  const rest = more.length === 0 ? '' : `, and ${more.length} more`;
  const what = differing.length > 0 ? 'what runs is not what was asked' : 'what runs could not be told';
  return `${what}: ${first}${rest}`;
}
