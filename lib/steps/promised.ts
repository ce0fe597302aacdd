import type { Milliseconds } from '../domain/duration.ts';
import type { KubeObject, ResourceType } from '../domain/kubernetes.ts';
import { isRefusal } from '../domain/refusal.ts';
import { promisedSecret, secretMakers } from '../domain/verdict/promises.ts';
import type { Clock } from '../ports/clock.ts';
import type { Kube } from '../ports/kube.ts';

/** Listed at most this often. */
const fresh: Milliseconds = 10_000;

/**
 * Names of the Secrets that controllers are asked to make in a namespace. A kind that is not served or may not be
 * listed promises nothing; an API that does not answer throws.
 */
export function promisedSecrets({ kube, clock }: { readonly kube: Kube; readonly clock: Clock }) {
  const known = new Map<string, { readonly at: number; readonly names: Promise<ReadonlySet<string>> }>();
  return (namespace: string): Promise<ReadonlySet<string>> => {
    const last = known.get(namespace);
    if (last !== undefined && clock.now() - last.at < fresh) return last.names;
    const names = namesIn(namespace, kube);
    known.set(namespace, { at: clock.now(), names });
    names.catch(() => known.delete(namespace));
    return names;
  };
}

async function namesIn(namespace: string, kube: Kube): Promise<ReadonlySet<string>> {
  const makers = await Promise.all(secretMakers.map((maker) => listed(maker, namespace, kube)));
  return new Set(makers.flat().flatMap((maker) => promisedSecret(maker) ?? []));
}

async function listed(
  maker: (typeof secretMakers)[number],
  namespace: string,
  kube: Kube,
): Promise<readonly KubeObject[]> {
  try {
    const resource = await servedType(maker, kube);
    return resource === undefined ? [] : await kube.list({ resource, namespace });
  } catch (error) {
    if (isRefusal(error, 403) || isRefusal(error, 404)) return [];
    throw error;
  }
}

async function servedType(
  { kind, apiVersions }: (typeof secretMakers)[number],
  kube: Kube,
): Promise<ResourceType | undefined> {
  for (const apiVersion of apiVersions) {
    const served = (await kube.resourceTypes(apiVersion))?.find((type) => type.kind === kind);
    if (served !== undefined) return served;
  }
  return undefined;
}
