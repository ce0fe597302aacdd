import { TargetError } from '../domain/errors.ts';
import { describeAccess, permissionsFor } from '../domain/permissions.ts';
import type { ObjectId } from '../domain/kubernetes.ts';
import { objectKey } from '../domain/verdict/types.ts';
import type { ResolvedManifest } from './resolve-objects.ts';
import type { Kube } from '../ports/kube.ts';

/** Asks the API whether this identity may do all that the release needs. Returns what it may not but could do without. */
export async function checkPermissions(
  kube: Kube,
  namespace: string,
  { objects, typeOf }: ResolvedManifest,
  gated: readonly ObjectId[],
  options: { dryRun: boolean },
): Promise<string[]> {
  const typed = objects.flatMap((object) => {
    const type = typeOf(object);
    return type === undefined ? [] : [{ id: object.id, type }];
  });
  const waited = new Set(gated.map(objectKey));
  const marked = typed.map((each) => ({ ...each, gated: waited.has(objectKey(each.id)) }));
  const { required, wished } = permissionsFor(namespace, marked, options);
  const denied = new Set((await kube.denied([...required, ...wished])).map(describeAccess));
  const missing = required.map(describeAccess).filter((access) => denied.has(access));
  if (missing.length > 0) {
    throw new TargetError(`this identity may not do ${missing.length} of the things that the release needs`, {
      subject: `RBAC on ${kube.server}`,
      remedy: 'grant them in a Role (the README of deploy-helm has the minimal one)',
      details: missing.map((access) => ['denied', access] as const),
    });
  }
  return wished.map(describeAccess).filter((access) => denied.has(access));
}
