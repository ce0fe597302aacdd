import { parseImageRef } from '../domain/image-ref.ts';
import { readBack as judge } from '../domain/images/matches.ts';
import type { ReadBack } from '../domain/images/matches.ts';
import type { ObjectId, ReleaseRef } from '../domain/kubernetes.ts';
import type { ManifestObject } from '../domain/manifest/parse.ts';
import type { RegistryAuth, Resolution } from '../domain/registry.ts';
import type { Kube } from '../ports/kube.ts';
import type { Registry } from '../ports/registry.ts';
import type { RunningImages } from '../ports/rollout.ts';
import { pullSecrets } from './pull-secrets.ts';

export type { ReadBack };

export interface Expected {
  readonly gated: readonly ObjectId[];
  readonly objects: readonly ManifestObject[];
  /** Container → image reference as rendered. */
  readonly images: Readonly<Record<string, string>>;
}

/**
 * Reads back what runs and holds it against what was asked by digest. The registry is only asked where a runtime
 * reports another digest than the one asked for: a platform's manifest, or a config.
 */
export async function readBack(
  release: ReleaseRef,
  { gated, objects, images }: Expected,
  { kube, running, registry }: { kube: Kube; running: RunningImages; registry: Registry },
): Promise<ReadBack> {
  const containers = await running.of(release, gated);
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
