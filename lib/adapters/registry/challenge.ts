/** What a registry asks for with a 401. */
export type Challenge =
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly realm: string; readonly service?: string; readonly scope?: string };

/** Reads `WWW-Authenticate` (RFC 9110 §11.6.1); undefined when it asks for nothing that we know. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  const [, scheme = '', rest = ''] = /^\s*(\w+)\s*(.*)$/s.exec(header ?? '') ?? [];
  if (scheme.toLowerCase() === 'basic') return { kind: 'basic' };
  if (scheme.toLowerCase() !== 'bearer') return undefined;
  const fields = Object.fromEntries(
    [...rest.matchAll(/(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)].map(
      ([, name = '', quoted, bare = '']) => [name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare],
    ),
  );
  const { realm, service, scope } = fields;
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  return {
    kind: 'bearer',
    realm,
    ...(service === undefined ? {} : { service }),
    ...(scope === undefined ? {} : { scope }),
  };
}

/**
 * What to ask a token for: what we want, and what the registry names beside it, for behind a proxy or a mirror a
 * repository may have another name to the token server.
 */
function scopesFor(challenge: Challenge & { kind: 'bearer' }, wanted: readonly string[]): string[] {
  const resourceOf = (scope: string): string => scope.slice(0, scope.lastIndexOf(':'));
  const ours = new Set(wanted.map(resourceOf));
  const named = (challenge.scope ?? '').split(' ').filter((scope) => scope !== '');
  return [...wanted, ...named.filter((scope) => !ours.has(resourceOf(scope)))];
}

/** Where to fetch a token, by the distribution token specification. */
export function tokenUrl(challenge: Challenge & { kind: 'bearer' }, wanted: readonly string[]): URL {
  const url = new URL(challenge.realm);
  if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
  for (const scope of scopesFor(challenge, wanted)) url.searchParams.append('scope', scope);
  return url;
}

/** The form that turns the refresh token of a `docker login` into an access token (distribution's oauth2 page). */
export function refreshForm(
  challenge: Challenge & { kind: 'bearer' },
  wanted: readonly string[],
  identityToken: string,
): string {
  return new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'slipway',
    service: challenge.service ?? '',
    scope: scopesFor(challenge, wanted).join(' '),
    refresh_token: identityToken,
  }).toString();
}
