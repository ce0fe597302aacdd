import type { KubeObject, ObjectId, ResourceType } from '../domain/kubernetes.ts';
import { parseManifest } from '../domain/manifest/parse.ts';
import type { ManifestObject } from '../domain/manifest/parse.ts';
import { builtInType } from '../domain/resource-types.ts';
import type { Kube } from '../ports/kube.ts';

export interface ResolvedManifest {
  readonly objects: readonly ManifestObject[];
  /** Undefined for a kind that the cluster does not serve yet: its CRD comes with this release. */
  readonly typeOf: (object: Pick<ManifestObject, 'id'>) => ResourceType | undefined;
}

/** Parses a rendered manifest and finds out where each kind is served; custom kinds cost one request per API group. */
export async function resolveObjects(
  kube: Kube,
  manifest: string,
  namespace: string,
): Promise<ResolvedManifest> {
  const served = new Map<string, ResourceType>();
  const typeOf = (object: Pick<KubeObject | ObjectId, 'apiVersion' | 'kind'>): ResourceType | undefined =>
    builtInType(object) ?? served.get(`${object.apiVersion}/${object.kind}`);
  const namespaceOf = (object: KubeObject): string => (typeOf(object)?.namespaced === false ? '' : namespace);

  const guess = parseManifest(manifest, namespaceOf);
  const custom = new Set(
    guess.filter(({ id }) => builtInType(id) === undefined).map(({ id }) => id.apiVersion),
  );
  await Promise.all(
    [...custom].map(async (apiVersion) => {
      for (const type of (await kube.resourceTypes(apiVersion)) ?? [])
        served.set(`${apiVersion}/${type.kind}`, type);
    }),
  );
  const clusterScoped = ({ id }: ManifestObject): boolean => typeOf(id)?.namespaced === false;
  const objects = guess.map((found) =>
    clusterScoped(found) ? { ...found, id: { ...found.id, namespace: '' } } : found,
  );
  return { objects, typeOf: ({ id }) => typeOf(id) };
}
