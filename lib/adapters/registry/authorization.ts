/** Who we are to a registry: nobody, a user by Basic, or the holder of a token. */
import type { RegistryCredentials } from '../../domain/registry.ts';
import { parseChallenge, refreshForm, tokenUrl } from './challenge.ts';
import type { Challenge } from './challenge.ts';
import type { Answer, Request } from '../http/transport.ts';

export type Authorization =
  | { readonly kind: 'given'; readonly header: string; readonly anonymous: boolean }
  /** `denied`: these credentials were; else nobody could say. `wrong`: it is not even known who that is. */
  | { readonly kind: 'refused'; readonly reason: string; readonly denied?: true; readonly wrong?: true };

/** Why an anonymous request got no further, where a user and a password are wanted. */
export const wantsLogin = '401: it wants a login';

export const basic = ({ username, password }: RegistryCredentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** Answers a 401's challenge: fetches a token where one is wanted. Rejects when the token server is unreachable. */
export async function authorize(
  challengeHeader: string | undefined,
  scopes: readonly string[],
  credentials: RegistryCredentials | undefined,
  exchange: (request: Request) => Promise<Answer>,
): Promise<Authorization> {
  const challenge = parseChallenge(challengeHeader);
  const refused = (reason: string): Authorization => ({ kind: 'refused', reason });
  if (challenge === undefined) return refused('401, and it does not say how to log in');
  if (challenge.kind === 'basic') {
    return credentials === undefined
      ? refused(wantsLogin)
      : { kind: 'given', header: basic(credentials), anonymous: false };
  }
  const request = tokenRequest(challenge, scopes, credentials);
  const { status, body } = await exchange(request);
  if (status !== 200) {
    const who = credentials === undefined ? 'an anonymous pull' : 'these credentials';
    // The oauth2 way answers 400 `invalid_grant` to a refresh token that is no longer good.
    const denied = credentials !== undefined && [400, 401, 403].includes(status);
    const reason = `its token server ${request.url.host} answered ${status} to ${who}`;
    const wrong = denied && status !== 403;
    return { ...refused(reason), ...(denied ? { denied } : {}), ...(wrong ? { wrong } : {}) };
  }
  const token = tokenOf(body);
  if (token === undefined) return refused(`its token server ${request.url.host} gave no token`);
  return { kind: 'given', header: `Bearer ${token}`, anonymous: credentials === undefined };
}

function tokenRequest(
  challenge: Challenge & { kind: 'bearer' },
  scopes: readonly string[],
  credentials: RegistryCredentials | undefined,
): Request {
  if (credentials?.identityToken !== undefined) {
    return {
      method: 'POST',
      url: new URL(challenge.realm),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(refreshForm(challenge, scopes, credentials.identityToken)),
    };
  }
  const headers: Record<string, string> =
    credentials === undefined ? {} : { authorization: basic(credentials) };
  return { method: 'GET', url: tokenUrl(challenge, scopes), headers };
}

function tokenOf(body: Buffer): string | undefined {
  try {
    const answer = JSON.parse(body.toString('utf8')) as { token?: unknown; access_token?: unknown } | null;
    const token = [answer?.token, answer?.access_token].find(
      (each) => typeof each === 'string' && each !== '',
    );
    return token as string | undefined;
  } catch {
    return undefined;
  }
}
