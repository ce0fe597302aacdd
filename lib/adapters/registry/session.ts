/** Asks for manifests: logs in when challenged, remembers what was granted, is patient with a busy server. */
import { credentialsFor } from '../../domain/docker-config.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import type { ImageRef } from '../../domain/image-ref.ts';
import type { RegistryAuth } from '../../domain/registry.ts';
import type { Clock } from '../../ports/clock.ts';
import { apiOf, manifestUrl } from './address.ts';
import { authorize, basic } from './authorization.ts';
import { manifestTypes } from './manifest.ts';
import type { Answer, Send } from './transport.ts';

/** `open`: it never asked who we are. */
export type Standing = 'open' | 'anonymous' | 'known';

export type Reply =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly standing: Standing }
  /** `denied`: 401 or 403 to credentials. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly denied?: true };

export type Ask = (method: 'GET' | 'HEAD', ref: ImageRef, auth: RegistryAuth) => Promise<Reply>;

/** Waits before the second and third try. */
const pauses: readonly Milliseconds[] = [300, 1_500];
const cutOff = new Set(['ECONNRESET', 'EPIPE', 'EAI_AGAIN']);

export function session(send: Send, clock: Clock, plainHttp: (hostname: string) => boolean): Ask {
  /** By registry, repository and who asks, for a token is good for one repository. */
  const granted = new Map<string, { header: string; standing: Standing }>();

  const once: Ask = async (method, ref, auth) => {
    const url = manifestUrl(apiOf(ref.registry, plainHttp), ref);
    const credentials = credentialsFor(ref, auth);
    const place = [ref.registry, ref.repository, credentials && basic(credentials)].join(' ');
    const question = async (): Promise<Reply & { kind: 'answer' }> => {
      const now = granted.get(place);
      const login: Record<string, string> = now === undefined ? {} : { authorization: now.header };
      const answer = await send(method, url, { accept: manifestTypes, ...login });
      return { kind: 'answer', answer, standing: now?.standing ?? 'open' };
    };

    const first = await question();
    if (first.answer.status !== 401) return first;
    const challenge = first.answer.headers['www-authenticate'];
    const login = await authorize(challenge, ref.repository, credentials, send);
    if (login.kind === 'refused')
      return { kind: 'unknown', reason: login.reason, ...(login.denied === true ? { denied: true } : {}) };
    granted.set(place, { header: login.header, standing: login.anonymous ? 'anonymous' : 'known' });
    const second = await question();
    if (second.answer.status !== 401) return second;
    granted.delete(place);
    if (login.anonymous) return { kind: 'unknown', reason: '401 to an anonymous pull' };
    return { kind: 'unknown', reason: '401 to these credentials', denied: true };
  };

  return async (method, ref, auth) => {
    for (let tries = 0; ; tries++) {
      const pause = pauses[tries];
      const tried = await once(method, ref, auth).then(
        (reply) => ({ reply, again: isBusy(reply) }),
        (error: NodeJS.ErrnoException) => ({
          reply: unreachable(error),
          again: cutOff.has(error.code ?? ''),
        }),
      );
      if (!tried.again || pause === undefined) return tried.reply;
      await clock.sleep(pause);
    }
  };
}

const isBusy = (reply: Reply): boolean =>
  reply.kind === 'answer' && (reply.answer.status === 429 || reply.answer.status >= 500);

function unreachable({ code, message }: NodeJS.ErrnoException): Reply {
  // A connection tried on several addresses fails with an empty message.
  const words = code === undefined || message.includes(code) ? message : `${code} ${message}`.trim();
  return { kind: 'unknown', reason: `unreachable: ${words}` };
}
