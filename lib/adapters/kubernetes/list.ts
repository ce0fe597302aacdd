/** One list of one kind, its objects made complete. */
import type { KubeObject } from '../../domain/kubernetes.ts';
import type { WatchTarget } from '../../ports/kube.ts';
import type { Api } from './api.ts';
import { pathOf } from './paths.ts';

export interface Listed {
  readonly objects: readonly KubeObject[];
  /** Where a watch goes on from here. */
  readonly resourceVersion: string;
}

interface List {
  readonly metadata: { readonly resourceVersion: string };
  readonly items?: readonly KubeObject[] | null;
}

/** A server that does not know it answers with whole objects. */
const asMetadata = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** Lists one kind. The API leaves apiVersion and kind out of a list's items; here every object has them. */
export async function listOf(
  api: Api,
  { resource, namespace, labelSelector, fieldSelector, metadataOnly = false }: WatchTarget,
  options?: { readonly once: boolean },
): Promise<Listed> {
  const path = pathOf(resource, namespace, '', { labelSelector, fieldSelector });
  const list = await api.json<List>(
    { method: 'GET', path, repeatable: true, ...(metadataOnly ? { accept: asMetadata } : {}) },
    options,
  );
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  const objects = (list.items ?? []).map((item) => ({
    ...item,
    apiVersion,
    kind: resource.kind,
  }));
  return { objects, resourceVersion: list.metadata.resourceVersion };
}
