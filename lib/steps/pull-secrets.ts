import { parseDockerConfig } from '../domain/docker-config.ts';
import { podSpecsOf } from '../domain/images/rendered.ts';
import type { KubeObject } from '../domain/kubernetes.ts';
import type { ManifestObject } from '../domain/manifest/parse.ts';
import type { RegistryAuth } from '../domain/registry.ts';
import { builtInType } from '../domain/resource-types.ts';
import type { Kube } from '../ports/kube.ts';

interface NamesSecrets {
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
  readonly serviceAccountName?: string;
}

/**
 * The registry credentials that the kubelet would use for these pods: their pull secrets and those of their
 * service accounts. What may not be read or does not exist is left out: nodes may hold credentials of their own.
 */
export async function pullSecrets(
  kube: Kube,
  namespace: string,
  objects: readonly Pick<ManifestObject, 'object'>[],
): Promise<RegistryAuth> {
  const specs = objects.flatMap(({ object }) => podSpecsOf(object) as NamesSecrets[]);
  const accounts = [...new Set(specs.map((spec) => spec.serviceAccountName ?? 'default'))];
  const read = (kind: 'ServiceAccount' | 'Secret', name: string): Promise<KubeObject | undefined> => {
    const type = builtInType({ apiVersion: 'v1', kind });
    return type === undefined
      ? Promise.resolve(undefined)
      : kube.get(type, namespace, name).catch(() => undefined);
  };

  const bearers = [...specs, ...(await Promise.all(accounts.map((name) => read('ServiceAccount', name))))];
  const names = new Set(
    bearers.flatMap((bearer) =>
      ((bearer as NamesSecrets | undefined)?.imagePullSecrets ?? []).flatMap(({ name }) => name ?? []),
    ),
  );
  const secrets = await Promise.all([...names].map((name) => read('Secret', name)));
  return Object.assign(
    {},
    ...secrets.map((secret) => parseDockerConfig(dockerConfigOf(secret))),
  ) as RegistryAuth;
}

function dockerConfigOf(secret: KubeObject | undefined): string {
  const data = secret?.['data'] as Record<string, string> | undefined;
  return Buffer.from(data?.['.dockerconfigjson'] ?? '', 'base64').toString('utf8');
}
