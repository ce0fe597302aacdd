import { TargetError } from '../domain/errors.ts';
import { describeAccess, permissionsFor } from '../domain/permissions.ts';
import type { ManifestObject } from '../domain/manifest/parse.ts';
import type { Applied } from '../domain/permissions.ts';
import type { ObjectId } from '../domain/kubernetes.ts';
import { objectKey } from '../domain/verdict/types.ts';
import type { ResolvedManifest } from './resolve-objects.ts';
import type { Kube } from '../ports/kube.ts';

/** Asks the API whether this identity may do all that the release needs. Returns what it may not but could do without. */
export async function checkPermissions(
  kube: Kube,
  namespace: string,
  { objects, typeOf }: ResolvedManifest,
  { gated, hooks }: { gated: readonly ObjectId[]; hooks: readonly ManifestObject[] },
  options: { dryRun: boolean },
): Promise<string[]> {
  const waitedFor = new Set(gated.map(objectKey));
  const roleOf = (id: ObjectId): Applied['role'] => (waitedFor.has(objectKey(id)) ? 'gated' : 'other');
  const applied = [
    ...objects.map(({ id }) => ({ id, role: roleOf(id) })),
    ...hooks.map(({ id }) => ({ id, role: 'hook' as const })),
  ].flatMap(({ id, role }): Applied[] => {
    const type = typeOf({ id });
    return type === undefined ? [] : [{ id, type, role }];
  });
  const { required, wished } = permissionsFor(namespace, applied, options);
  const denied = new Set((await kube.denied([...required, ...wished])).map(describeAccess));
  const missing = required.map(describeAccess).filter((access) => denied.has(access));
  if (missing.length > 0) {
    throw new TargetError(`this identity may not do ${missing.length} of the things that the release needs`, {
      subject: `RBAC on ${kube.server}`,
      remedy: 'grant them in a Role (the README of deploy-helm has the minimal one)',
      details: missing.map((access) => ['denied', access] as const),
    });
  }
  return wished
    .map(describeAccess)
    .filter((access) => denied.has(access))
    .map((access) => `not allowed to ${access}: the release is watched without it`);
}
