/** One request to the API server, once: connection, identity, deadline. What a status means is decided above. */
import http from 'node:http';
import https from 'node:https';
import type { IncomingMessage, RequestOptions } from 'node:http';
import type { Milliseconds } from '../../domain/duration.ts';
import { agentFor } from '../http/agent.ts';
import type { Identity } from './credentials/source.ts';
import { Doubt } from './doubt.ts';
import type { Connection } from './kubeconfig.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** It may arrive twice without harm: reads, and reviews that store nothing. */
  readonly repeatable: boolean;
  /** A write that names the version it replaces: if it arrives twice, the second is refused with 409. */
  readonly guarded?: boolean;
}

export interface Answer {
  readonly status: number;
  /** Milliseconds that the server asks us to wait before the next try. */
  readonly retryAfter: Milliseconds | undefined;
  readonly text: string;
}

export interface Transport {
  /** `https://host:port`, for messages. */
  readonly server: string;
  /** Sends and reads the whole answer, whatever its status. Rejects with the socket's own error. */
  send(call: Call): Promise<Answer>;
  /** Opens a stream on a connection of its own. Fails after `silence` milliseconds without a byte (0: never). */
  stream(call: Call, signal: AbortSignal, silence: Milliseconds): Promise<IncomingMessage>;
  /** The identity that requests show now. */
  shown(): Promise<Identity>;
  close(): void;
}

export interface TransportLimits {
  /** From sending to the last byte of the answer. */
  readonly request: Milliseconds;
  /** From the first packet to a working TLS connection; a stream, which is opened until it works, gets half of it. */
  readonly connect: Milliseconds;
  /** From sending to an answer, before what is silent too is taken for dead. */
  readonly doubt?: Milliseconds;
}

export const transportLimits = {
  request: 30_000,
  connect: 10_000,
  doubt: 5_000,
} as const satisfies TransportLimits;

interface Once extends RequestOptions {
  /** Once the answer has begun: the longest pause in it, 0 for any; undefined leaves it to the signal. */
  readonly silence?: Milliseconds;
}

/** Talks to one API server. Requests share a few connections; every stream has one to itself. */
export function transportOver(
  connection: Connection,
  userAgent: string,
  limits: TransportLimits = transportLimits,
): Transport {
  const { server, proxy, credentials, tls } = connection;
  const secure = server.protocol === 'https:';
  const agent = (maxSockets: number, connectTimeout: Milliseconds): http.Agent =>
    agentFor({ secure, proxy, maxSockets, connectTimeout });
  const requests = agent(8, limits.connect);
  const streams = agent(Infinity, limits.connect / 2);
  const doubt = new Doubt(limits.doubt ?? transportLimits.doubt, () =>
    [requests, streams].flatMap(idleSockets).forEach((socket) => socket.destroy()),
  );

  function once(call: Call, identity: Identity, { silence, ...options }: Once): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    const request = (secure ? https : http).request({
      ...tls,
      ...(identity.cert === undefined ? {} : { cert: identity.cert, key: identity.key }),
      host: server.hostname.replace(/^\[|\]$/g, ''),
      port: server.port || (secure ? 443 : 80),
      path: server.pathname.replace(/\/$/, '') + call.path,
      method: call.method,
      ...options,
      headers: {
        accept: call.accept ?? 'application/json',
        'user-agent': userAgent,
        ...authorization(identity),
        ...(connection.impersonate === undefined ? {} : { 'impersonate-user': connection.impersonate }),
        ...(body && {
          'content-type': call.contentType ?? 'application/json',
          'content-length': body.length,
        }),
      },
    });
    let waitingFor: { destroy(error: Error): void } = request;
    request.once('response', (response) => {
      waitingFor = response;
      if (silence !== undefined) request.setTimeout(silence);
      resolve(response);
    });
    const giveUp = (why: string): void => {
      waitingFor.destroy(timedOut(why));
    };
    request.on('timeout', () => giveUp('nothing was heard'));
    request.on('error', reject);
    if (silence === undefined) doubted(call, request, giveUp);
    else if (silence > 0) suspected(request, giveUp);
    request.end(body);
    return promise;
  }

  /** What may be sent again is given up on a kept connection, which may be dead: the next try gets a new one. */
  function doubted(
    { repeatable, guarded = false }: Call,
    request: http.ClientRequest,
    giveUp: (why: string) => void,
  ): void {
    const unanswered = doubt.sent(() => {
      if ((repeatable || guarded) && request.reusedSocket) giveUp('no answer on a kept connection');
    });
    request.once('response', unanswered.answered);
    request.once('close', unanswered.over);
  }

  /** What sends bookmarks must not be silent while requests find nobody. */
  function suspected(request: http.ClientRequest, giveUp: (why: string) => void): void {
    const forget = doubt.suspect({
      heard: () => request.socket?.bytesRead ?? 0,
      cut: () => giveUp('requests beside it were not answered either'),
    });
    request.once('close', forget);
  }

  /** Asks again once with a fresh identity when the first one is no longer accepted. */
  async function open(call: Call, options: Once): Promise<IncomingMessage> {
    const identity = await credentials.current();
    const response = await once(call, identity, options);
    if (response.statusCode !== 401 || !credentials.refused(identity)) return response;
    response.resume();
    return once(call, await credentials.current(), options);
  }

  return {
    server: server.href.replace(/\/$/, ''),
    shown: () => credentials.current(),

    async send(call) {
      const deadline = AbortSignal.timeout(limits.request);
      try {
        const response = await open(call, { agent: requests, signal: deadline });
        return {
          status: response.statusCode ?? 0,
          retryAfter: retryAfter(response),
          text: await read(response),
        };
      } catch (error) {
        throw deadline.aborted ? timedOut(`no answer within ${limits.request / 1_000} s`, error) : error;
      }
    },

    stream: (call, signal, silence) =>
      open(call, { agent: streams, signal, timeout: limits.request, silence }),

    close() {
      requests.destroy();
      streams.destroy();
    },
  };
}

const idleSockets = ({ freeSockets }: http.Agent) =>
  Object.values(freeSockets).flatMap((sockets) => sockets ?? []);

/** Reads an answer to its end. */
export async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

export function retryAfter({ headers }: IncomingMessage): Milliseconds | undefined {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}

function authorization({ token, basic }: Identity): { authorization?: string } {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  return basic === undefined ? {} : { authorization: `Basic ${Buffer.from(basic).toString('base64')}` };
}

const timedOut = (message: string, cause?: unknown): Error =>
  Object.assign(new Error(message, { cause }), { code: 'ETIMEDOUT' });
