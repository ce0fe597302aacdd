/** Who we are to a registry: nobody, a user by Basic, or the holder of a pull token. */
import type { RegistryCredentials } from '../../domain/registry.ts';
import { parseChallenge, tokenUrl } from './challenge.ts';
import type { Send } from './transport.ts';

export type Authorization =
  | { readonly kind: 'given'; readonly header: string; readonly anonymous: boolean }
  /** `denied`: these credentials were; else nobody could say. */
  | { readonly kind: 'refused'; readonly reason: string; readonly denied?: true };

export const basic = ({ username, password }: RegistryCredentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** Answers a 401's challenge: fetches a token where one is wanted. Rejects when the token server is unreachable. */
export async function authorize(
  challengeHeader: string | undefined,
  repository: string,
  credentials: RegistryCredentials | undefined,
  send: Send,
): Promise<Authorization> {
  const challenge = parseChallenge(challengeHeader);
  const refused = (reason: string): Authorization => ({ kind: 'refused', reason });
  if (challenge === undefined) return refused('401, and it does not say how to log in');
  if (challenge.kind === 'basic') {
    return credentials === undefined
      ? refused('401: it wants a login, and no pull secret has one for it')
      : { kind: 'given', header: basic(credentials), anonymous: false };
  }
  const url = tokenUrl(challenge, repository);
  const headers: Record<string, string> =
    credentials === undefined ? {} : { authorization: basic(credentials) };
  const { status, body } = await send('GET', url, headers);
  if (status !== 200) {
    const who = credentials === undefined ? 'an anonymous pull' : 'these credentials';
    const denied = credentials !== undefined && (status === 401 || status === 403);
    const reason = `its token server ${url.host} answered ${status} to ${who}`;
    return { ...refused(reason), ...(denied ? { denied } : {}) };
  }
  const token = tokenOf(body);
  if (token === undefined) return refused(`its token server ${url.host} gave no token`);
  return { kind: 'given', header: `Bearer ${token}`, anonymous: credentials === undefined };
}

function tokenOf(body: Buffer): string | undefined {
  try {
    const answer = JSON.parse(body.toString('utf8')) as { token?: unknown; access_token?: unknown } | null;
    const token = answer?.token ?? answer?.access_token;
    return typeof token === 'string' && token !== '' ? token : undefined;
  } catch {
    return undefined;
  }
}
