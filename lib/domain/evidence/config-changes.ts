import { isMap } from '../images/values-path.ts';
import type { KubeObject } from '../kubernetes.ts';
import { changedSecretKeys } from '../manifest/conceal.ts';
import type { ManifestObject } from '../manifest/parse.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The ConfigMaps and Secrets of the release that a pod uses and that it brings changed, by the names of their keys. */
export function configChanges(
  podSpec: Fields,
  namespace: string,
  before: readonly ManifestObject[],
  after: readonly ManifestObject[],
): string[] {
  const find = (objects: readonly ManifestObject[], used: Used): KubeObject | undefined =>
    objects.find(({ id }) => id.kind === used.kind && id.name === used.name && id.namespace === namespace)
      ?.object;
  return usedBy(podSpec).flatMap((used) => {
    const [was, is] = [find(before, used), find(after, used)];
    const name = `${used.kind} ${used.name}`;
    if (was === undefined) return is === undefined ? [] : [`${name} is new`];
    if (is === undefined) return [`${name} leaves the release`];
    const keys = changedSecretKeys(was, is);
    return keys.length === 0 ? [] : [`${name}: changed ${keys.join(', ')}`];
  });
}

interface Used {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
}

/** Fields by which pods refer to either kind, wherever they stand: env, envFrom, volumes, projected volumes. */
const references: Readonly<Record<string, Used['kind']>> = {
  configMapRef: 'ConfigMap',
  configMapKeyRef: 'ConfigMap',
  configMap: 'ConfigMap',
  secretRef: 'Secret',
  secretKeyRef: 'Secret',
  secret: 'Secret',
};

function usedBy(value: unknown): Used[] {
  const found = new Map<string, Used>();
  const walk = (each: unknown): void => {
    if (Array.isArray(each)) for (const item of each) walk(item);
    if (!isMap(each)) return;
    for (const [key, item] of Object.entries(each)) {
      const kind = references[key];
      const name = isMap(item) ? (item['name'] ?? item['secretName']) : undefined;
      if (kind !== undefined && typeof name === 'string') found.set(`${kind} ${name}`, { kind, name });
      walk(item);
    }
  };
  walk(value);
  return [...found.values()];
}
