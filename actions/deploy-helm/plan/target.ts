import type { ObjectId } from '../../../lib/domain/kubernetes.ts';
import type { ManifestObject } from '../../../lib/domain/manifest/parse.ts';
import { inOrderOfBlame } from '../../../lib/domain/order.ts';
import type { Kube } from '../../../lib/ports/kube.ts';
import type { Registry } from '../../../lib/ports/registry.ts';
import { checkAutoscaled } from '../../../lib/steps/autoscaled.ts';
import { checkImagesExist } from '../../../lib/steps/images-exist.ts';
import { checkMayCreate } from '../../../lib/steps/namespace.ts';
import { checkPermissions } from '../../../lib/steps/permissions.ts';
import type { ResolvedManifest } from '../../../lib/steps/resolve-objects.ts';
import type { Inputs } from '../inputs.ts';

/** What shall run. */
interface Wanted {
  readonly manifest: ResolvedManifest;
  readonly gated: readonly ObjectId[];
  readonly hooks: readonly ManifestObject[];
  /** Container → image, of hooks too. */
  readonly images: Readonly<Record<string, string>>;
}

/** What is there. */
interface Target {
  readonly namespaceExists: boolean;
  readonly deployed: readonly ManifestObject[];
  readonly appliedBy: 'client' | 'server';
}

/**
 * Holds what was rendered against what only the target can say: permissions, autoscalers, images. Throws its first
 * refusal; returns what it could not tell, a line each.
 */
export async function checkTarget(
  { manifest, gated, hooks, images }: Wanted,
  { namespaceExists, deployed, appliedBy }: Target,
  { release: { namespace }, dryRun }: Inputs,
  ports: { readonly kube: Kube; readonly registry: Registry },
): Promise<readonly string[]> {
  const { kube } = ports;
  const { objects } = manifest;
  const answers = await inOrderOfBlame([
    namespaceExists || dryRun ? [] : checkMayCreate(kube, namespace),
    checkPermissions(kube, namespace, manifest, { gated, hooks }, { dryRun }),
    namespaceExists ? checkAutoscaled(kube, namespace, { rendered: objects, deployed }, appliedBy) : [],
    checkImagesExist(ports, namespace, objects, images),
  ]);
  return answers.flatMap((lines) => lines ?? []);
}
