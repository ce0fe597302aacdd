import { randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from '../fault-proxy/certificate.ts';

/** Gives out tokens as https://distribution.github.io/distribution/spec/auth/token/ says. */
export interface TokenServer extends AsyncDisposable {
  /** Where the registry sends its clients for a token. */
  readonly realm: string;
  readonly issuer: string;
  readonly service: string;
  /** PEM of what the tokens are signed with, for the registry to check them. */
  readonly certificate: string;
  /** What clients asked for, oldest first. */
  readonly asked: readonly TokenRequest[];
  stop(): Promise<void>;
}

export interface TokenRequest {
  readonly method: 'GET' | 'POST';
  /** Undefined for a client that showed nothing. */
  readonly user: string | undefined;
  /** `repository:team/app:pull,push` */
  readonly scopes: readonly string[];
  readonly status: number;
}

export interface TokenServerOrder {
  /** Names and passwords; each may do everything, unless `allows` says otherwise. */
  users: Readonly<Record<string, string>>;
  /** Whether the user (undefined: nobody in particular) may do this to the repository; what may not be done is left out. */
  allows?: (user: string | undefined, repository: string, action: string) => boolean;
  /**
   * How long a token is good for; 300 unless given. The registry adds a minute of its own to that, so a token that it
   * shall refuse as expired needs a number below -60.
   */
  expiresInSeconds?: number;
}

/** Starts a token server on a free port of loopback. It lives in this process, and so does its signing key. */
export async function startTokenServer(order: TokenServerOrder): Promise<TokenServer> {
  const { key, cert } = makeCertificate();
  const asked: TokenRequest[] = [];
  const issuer = 'slipway-token-server';
  const service = 'slipway-registry';
  const allows = order.allows ?? ((user) => user !== undefined);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const question = await read(request);
    const user =
      question.password !== undefined && order.users[question.user ?? ''] === question.password
        ? question.user
        : undefined;
    const refused = question.user !== undefined && user === undefined;
    const status = refused ? 401 : 200;
    asked.push({ method: question.method, user, scopes: question.scopes, status });
    response.writeHead(status, { 'content-type': 'application/json' });
    if (refused)
      return void response.end(
        JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'no such user' }] }),
      );
    const { expiresInSeconds = 300 } = order;
    const now = Math.floor(Date.now() / 1_000);
    const access = question.scopes.map((scope) => granted(scope, user, allows));
    const times = { iat: now, nbf: Math.min(now, now + expiresInSeconds) - 10, exp: now + expiresInSeconds };
    const token = jwt(
      { iss: issuer, sub: user ?? '', aud: service, ...times, jti: randomUUID(), access },
      key,
      cert,
    );
    response.end(
      JSON.stringify({
        token,
        access_token: token,
        expires_in: Math.max(60, expiresInSeconds),
        issued_at: new Date().toISOString(),
      }),
    );
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  };
  // By name: crane and cosign refuse a realm whose host is a private address.
  const realm = `http://localhost:${(server.address() as AddressInfo).port}/token`;
  return { realm, issuer, service, certificate: cert, asked, stop, [Symbol.asyncDispose]: stop };
}

interface Question {
  method: 'GET' | 'POST';
  user: string | undefined;
  password: string | undefined;
  scopes: string[];
}

/** A GET has its credentials in Basic form, a POST as OAuth 2 has them: in the body. */
async function read(request: IncomingMessage): Promise<Question> {
  let body = '';
  for await (const piece of request) body += String(piece);
  const form =
    request.method === 'POST'
      ? new URLSearchParams(body)
      : new URL(request.url ?? '/', 'http://any').searchParams;
  const scopes = form
    .getAll('scope')
    .flatMap((scope) => scope.split(' '))
    .filter((scope) => scope !== '');
  if (request.method === 'POST')
    return {
      method: 'POST',
      user: form.get('username') ?? undefined,
      password: form.get('password') ?? undefined,
      scopes,
    };
  const [, basic] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  if (basic === undefined) return { method: 'GET', user: undefined, password: undefined, scopes };
  const [user = '', ...password] = Buffer.from(basic, 'base64').toString().split(':');
  return { method: 'GET', user, password: password.join(':'), scopes };
}

/** The scope as the token grants it: a repository's name may hold colons before its port. */
function granted(
  scope: string,
  user: string | undefined,
  allows: NonNullable<TokenServerOrder['allows']>,
): object {
  const [type = ''] = scope.split(':');
  const name = scope.slice(type.length + 1, scope.lastIndexOf(':'));
  const actions = scope.slice(scope.lastIndexOf(':') + 1).split(',');
  return { type, name, actions: actions.filter((action) => allows(user, name, action)) };
}

/** Signed with the certificate's key, which is named by the certificate itself (x5c). */
function jwt(claims: object, key: string, certificate: string): string {
  const x5c = [certificate.replaceAll(/-----[^-]+-----|\s/g, '')];
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'ES256', typ: 'JWT', x5c })}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}
