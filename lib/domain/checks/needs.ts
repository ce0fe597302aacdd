/** What checks need besides the network, and what of them must be hidden. */
import type { Check, HttpRequest, Identity } from './types.ts';

/** Whether a cluster must be there: a way through it, or pods to look at. */
export const needCluster = (checks: readonly Check[], identity: Identity | undefined): boolean =>
  identity?.via !== undefined ||
  identity?.pods !== undefined ||
  checks.some((check) => check.kind === 'pods' || ('via' in check && check.via !== undefined));

const secretHeader = /authorization|\bauth\b|cookie|token|secret|password|passwd|key|credential|session/i;

/** By its name: whether a header's value is to be hidden, and told to no other server. */
export const isSecretHeader = (name: string): boolean => secretHeader.test(name);

/** What must be masked before anything is printed: credentials in headers, in URLs, and client keys. */
export function secretsOf(checks: readonly Check[], identity: Identity | undefined): string[] {
  const requests = checks.flatMap((check) => (check.kind === 'http' ? [check.request] : []));
  const keys = checks.flatMap((check) => (check.kind === 'tls' ? [check.tls.key ?? ''] : []));
  const all = [...requests, ...(identity === undefined ? [] : [identity.request])].flatMap(ofRequest);
  return [...new Set([...all, ...keys])].filter((secret) => secret !== '');
}

function ofRequest({ headers, url, tls }: HttpRequest): string[] {
  const values = Object.entries(headers)
    .filter(([name]) => isSecretHeader(name))
    // `Bearer abc`: the token alone is as secret.
    .flatMap(([, value]) => [value, value.split(' ').at(-1) ?? '']);
  const { password } = URL.canParse(url) ? new URL(url) : { password: '' };
  return [...values, password, decoded(password), tls.key ?? ''];
}

/** A lone % stands for itself. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
