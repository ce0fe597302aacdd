/** Asks registries: logs in when challenged, remembers what was granted, is patient with what passes. */
import type { RegistryCredentials } from '../../domain/registry.ts';
import type { RepositoryRef } from '../../domain/oci/types.ts';
import { apiOf } from './address.ts';
import { authorize, basic } from './authorization.ts';
import { patiently } from '../http/retry.ts';
import type { Patience } from '../http/retry.ts';
import { collect, isStream } from '../http/transport.ts';
import type { Answer, Request, Send, Streamed } from '../http/transport.ts';

/** `open`: it never asked who we are. */
export type Standing = 'open' | 'anonymous' | 'known';

/** Who asks, and what for: tokens are granted for that alone. */
export interface Access {
  readonly repository: RepositoryRef;
  /** Who we are there; undefined for nobody. */
  readonly login: RegistryCredentials | undefined;
  readonly to: 'pull' | 'push';
  /** Another repository of the same registry that is read from within, for a mount. */
  readonly beside?: string | undefined;
}

/** The registry let us in neither with the login that we have nor without one. */
export class LoginRefused extends Error {
  override readonly name = 'LoginRefused';
  /** 401 or 403 to credentials; else there were none, or nobody could say. */
  readonly denied: boolean;
  /** The user or the password is not right; else they are, and a right is missing. */
  readonly wrong: boolean;
  readonly anonymous: boolean;

  constructor(reason: string, why: { denied: boolean; wrong: boolean; anonymous: boolean }) {
    super(reason);
    this.denied = why.denied;
    this.wrong = why.wrong;
    this.anonymous = why.anonymous;
  }
}

/** Rejects with LoginRefused, or with the network's own error once patience is at its end. */
export interface Session {
  /** The whole answer, at most 4 MiB. A request with a stream is sent once only: who owns the stream tries again. */
  ask(access: Access, request: Request): Promise<{ readonly answer: Answer; readonly standing: Standing }>;
  /** The answer as it comes. */
  open(access: Access, request: Request): Promise<Streamed>;
}

interface Grant {
  readonly header: string;
  readonly standing: Standing;
}

export interface SessionOptions {
  readonly send: Send;
  readonly patience: Patience;
  readonly plainHttp: (hostname: string) => boolean;
}

export function session({ send, patience, plainHttp }: SessionOptions): Session {
  /** By registry, scopes and who asks; a promise, so that requests at once log in once. */
  const granted = new Map<string, Promise<Grant>>();

  const exchange = async (request: Request): Promise<Answer> => {
    const work = async (): Promise<Answer> => collect(await send(request));
    return isStream(request.body) ? work() : patiently(work, patience, request);
  };
  const stream = (request: Request): Promise<Streamed> =>
    patiently(() => send(request), patience, { signal: request.signal, discard });

  /** Sends with what was granted before; a 401 (none yet, or expired meanwhile) is answered once. */
  async function signedIn<Reply extends Answer | Streamed>(
    access: Access,
    request: Request,
    deliver: (request: Request) => Promise<Reply>,
  ): Promise<{ answer: Reply; standing: Standing }> {
    const { login } = access;
    const key = [access.repository.registry, ...scopesOf(access), login && whoIs(login)].join(' ');
    // An upload's address may be another server's, which has a signature in it and must not see the login.
    const atHome = request.url.origin === apiOf(access.repository.registry, plainHttp).origin;
    const before = atHome ? granted.get(key) : undefined;

    const first = await deliver(await withGrant(request, before));
    if (first.status !== 401 || !atHome)
      return { answer: first, standing: (await before)?.standing ?? 'open' };
    discard(first);
    // Unless another request has renewed it while this one was on its way.
    if (granted.get(key) === before) granted.set(key, logIn(access, first));
    const now = granted.get(key);
    const grant = await now?.catch((error: unknown) => (forget(key, now), Promise.reject(error)));
    // What was streamed is gone: the owner hears the 401 and sends it again under the new grant.
    if (isStream(request.body)) return { answer: first, standing: grant?.standing ?? 'open' };
    const second = await deliver(await withGrant(request, now));
    if (second.status !== 401) return { answer: second, standing: grant?.standing ?? 'open' };
    discard(second);
    forget(key, now);
    const anonymous = login === undefined;
    throw new LoginRefused(anonymous ? '401 to an anonymous pull' : '401 to these credentials', {
      denied: !anonymous,
      wrong: !anonymous && grant?.header.startsWith('Basic ') === true,
      anonymous,
    });
  }

  function forget(key: string, grant: Promise<Grant> | undefined): void {
    if (granted.get(key) === grant) granted.delete(key);
  }

  async function logIn(access: Access, challenged: Answer | Streamed): Promise<Grant> {
    const { login } = access;
    const header = challenged.headers['www-authenticate'];
    const authorization = await authorize(header, scopesOf(access), login, exchange);
    if (authorization.kind === 'refused')
      throw new LoginRefused(authorization.reason, {
        denied: authorization.denied === true,
        wrong: authorization.wrong === true,
        anonymous: login === undefined,
      });
    return { header: authorization.header, standing: authorization.anonymous ? 'anonymous' : 'known' };
  }

  return {
    ask: (access, request) => signedIn(access, request, exchange),
    open: async (access, request) => (await signedIn(access, request, stream)).answer,
  };
}

/** What a token must allow (distribution's token specification); a mount reads the other repository as well. */
function scopesOf({ repository, to, beside }: Omit<Access, 'login'>): string[] {
  const own = `repository:${repository.repository}:${to === 'push' ? 'pull,push' : 'pull'}`;
  return beside === undefined ? [own] : [own, `repository:${beside}:pull`];
}

const whoIs = (login: RegistryCredentials): string => `${basic(login)} ${login.identityToken ?? ''}`;

async function withGrant(request: Request, grant: Promise<Grant> | undefined): Promise<Request> {
  if (grant === undefined) return request;
  return { ...request, headers: { ...request.headers, authorization: (await grant).header } };
}

/** Reads to the end what nobody wants, so that the connection is free for the next request. */
function discard({ body }: Answer | Streamed): void {
  if (!Buffer.isBuffer(body)) body.resume();
}
