/** URLs of the Kubernetes API. */
import type { ResourceType } from '../../domain/kubernetes.ts';

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** `/apis/apps/v1/namespaces/shop/deployments/web?…`; an empty namespace means cluster-scoped or all namespaces. */
export function pathOf(resource: ResourceType, namespace: string, name = '', query: Query = {}): string {
  const { group, version, plural } = resource;
  const parts = [
    ...(group === '' ? ['api', version] : ['apis', group, version]),
    ...(namespace === '' ? [] : ['namespaces', namespace]),
    plural,
    ...(name === '' ? [] : [name]),
  ];
  return withQuery(`/${parts.map(encodeURIComponent).join('/')}`, query);
}

/** Appends what is set of a query. */
export function withQuery(path: string, query: Query): string {
  const set = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) set.set(key, String(value));
  return set.size === 0 ? path : `${path}?${set.toString()}`;
}
