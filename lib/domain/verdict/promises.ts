import type { KubeObject } from '../kubernetes.ts';

/** Kinds whose controllers make Secrets, by the API versions to look for, the newest first. */
export const secretMakers: readonly { readonly kind: string; readonly apiVersions: readonly string[] }[] = [
  { kind: 'ExternalSecret', apiVersions: ['external-secrets.io/v1', 'external-secrets.io/v1beta1'] },
  { kind: 'SealedSecret', apiVersions: ['bitnami.com/v1alpha1'] },
  { kind: 'Certificate', apiVersions: ['cert-manager.io/v1'] },
];

interface MakerSpec {
  readonly target?: { readonly name?: string };
  readonly secretName?: string;
}

/** Name of the Secret that this object says will be made of it. */
export function promisedSecret({ kind, metadata, spec }: KubeObject): string | undefined {
  const { target, secretName } = (spec as MakerSpec | undefined) ?? {};
  if (kind === 'Certificate') return secretName;
  return kind === 'ExternalSecret' ? (target?.name ?? metadata.name) : metadata.name;
}
