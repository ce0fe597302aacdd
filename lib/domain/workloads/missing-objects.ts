/** Objects that a pod needs and that do not exist, read from what the kubelet and the API say. */
export interface MissingObject {
  /** `Secret`, `ConfigMap`, `ServiceAccount`. */
  readonly kind: string;
  readonly name: string;
  /** It exists, without this key. */
  readonly key?: string;
}

const kinds: Readonly<Record<string, string>> = {
  secret: 'Secret',
  configmap: 'ConfigMap',
  config: 'ConfigMap',
  serviceaccount: 'ServiceAccount',
};

const kindOf = (word = ''): string => kinds[word.toLowerCase()] ?? word;

/** In the order in which they are named. "failed to sync secret cache" and "not registered" pass by themselves: none. */
export function missingObjects(text: string): MissingObject[] {
  const whole = [...text.matchAll(/\b(secret|configmap|serviceaccount) "([^"]+)" not found/gi)].map(
    ([, kind, name = '']) => ({ kind: kindOf(kind), name }),
  );
  const keys = [...text.matchAll(/couldn't find key (\S+) in (Secret|ConfigMap) [^/\s]+\/(\S+)/g)].map(
    ([, key = '', kind, name = '']) => ({ kind: kindOf(kind), name, key }),
  );
  // A volume's error names the volume and the key, not the object.
  const volume = /for volume "([^"]+)"/.exec(text)?.[1] ?? '';
  const files = [...text.matchAll(/references non-existent (secret|config) key: ([^\s,\]]+)/g)].map(
    ([, kind, key = '']) => ({ kind: `${kindOf(kind)} of volume`, name: volume, key }),
  );
  return [...whole, ...keys, ...files];
}
