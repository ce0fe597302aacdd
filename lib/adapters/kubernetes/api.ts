/** Requests that outlive a busy or restarting API server; refusals and lost connections as typed errors. */
import type { IncomingMessage } from 'node:http';
import type { Milliseconds } from '../../domain/duration.ts';
import { TargetError, UnreachableError } from '../../domain/errors.ts';
import { isRefusal } from '../../domain/refusal.ts';
import type { Clock } from '../../ports/clock.ts';
import { KubeRefused, KubeUncertain, refusalOf } from './refused.ts';
import { tokenExpiry } from './token.ts';
import { read, retryAfter } from './transport.ts';
import type { Call, Transport } from './transport.ts';
import { isTransient, neverSent, unreachable } from './unreachable.ts';

export interface Api {
  readonly server: string;
  /** The answer's JSON. Tries again, but never a write that may have arrived. Throws KubeRefused, UnreachableError. */
  json<Answer>(call: Call, options?: { readonly once: boolean }): Promise<Answer>;
  /** Opens a stream of bytes, which fails with UnreachableError; its caller reconnects. */
  stream(call: Call, signal: AbortSignal, silence: Milliseconds): Promise<AsyncIterable<Buffer>>;
  close(): void;
}

export interface ApiOptions {
  readonly clock: Clock;
  /** A number from 0 to 1, to spread retries. */
  readonly random: () => number;
}

/** How long to keep trying: a server that never answered gets less time than one that may be restarting. */
const patience = { never: 3_000, answered: 15_000 } as const satisfies Record<string, Milliseconds>;

type Failure = { readonly error: Error; readonly again: boolean; readonly atLeast: Milliseconds };

const mayRepeat = ({ repeatable, guarded = false }: Call): boolean => repeatable || guarded;

/** A server that is busy or broken to the end has refused nothing: nobody knows, which is no failure of the target. */
const overloaded = (error: Error, server: string): Error =>
  error instanceof KubeRefused
    ? new UnreachableError(`${server} gave no answer: ${error.message}`, { cause: error })
    : error;

export function apiOver(transport: Transport, { clock, random }: ApiOptions): Api {
  let answered = false;

  async function send(call: Call, once: boolean): Promise<string> {
    const began = clock.now();
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await attemptOf(call);
      if (typeof outcome === 'string') return outcome;
      if (attempt > 0 && call.guarded === true && isRefusal(outcome.error, 409))
        throw new KubeUncertain(`${call.method} ${call.path}`, outcome.error.refusal);
      const delay = Math.max(outcome.atLeast, backoff(attempt, random));
      const until = began + (answered ? patience.answered : patience.never);
      if (once || !outcome.again) throw outcome.error;
      if (clock.now() + delay > until) throw overloaded(outcome.error, transport.server);
      await clock.sleep(delay);
    }
  }

  async function attemptOf(call: Call): Promise<string | Failure> {
    try {
      const { status, retryAfter, text } = await transport.send(call);
      answered = true;
      if (status < 400) return text;
      const again = status === 429 || (mayRepeat(call) && status >= 500 && status !== 501);
      return { error: await refused(call, status, text, retryAfter), again, atLeast: retryAfter ?? 0 };
    } catch (error) {
      const again = isTransient(error, answered) && (mayRepeat(call) || neverSent(error));
      return { error: typed(error), again, atLeast: 0 };
    }
  }

  async function refused(
    call: Call,
    status: number,
    body: string,
    wait?: Milliseconds,
  ): Promise<KubeRefused> {
    const hint = status === 401 ? await whyUnauthorized() : undefined;
    return new KubeRefused(`${call.method} ${call.path}`, refusalOf(status, body), hint, wait);
  }

  async function whyUnauthorized(): Promise<string | undefined> {
    const expiry = tokenExpiry((await transport.shown()).token ?? '');
    if (expiry === undefined || expiry > clock.now()) return undefined;
    return `the token expired at ${new Date(expiry).toISOString()}: put a new one into the kubeconfig or server-token`;
  }

  /** Only what a socket or TLS reports carries a code; anything else is typed already, or a defect of ours. */
  const typed = (error: unknown): Error =>
    typeof (error as { code?: unknown }).code === 'string'
      ? unreachable(error, transport.server)
      : (error as Error);

  async function* bytesOf(response: IncomingMessage): AsyncGenerator<Buffer> {
    try {
      yield* response as AsyncIterable<Buffer>;
    } catch (error) {
      throw typed(error);
    }
  }

  return {
    server: transport.server,
    json: async <Answer>(call: Call, { once } = { once: false }) => {
      const text = await send(call, once);
      try {
        return JSON.parse(text) as Answer;
      } catch (cause) {
        throw new TargetError(
          `what answers at ${transport.server} is not a Kubernetes API: its answer is not JSON`,
          {
            subject: `${call.method} ${call.path}`,
            remedy: 'check the server address; a proxy or a login page may be in between',
          },
          { cause },
        );
      }
    },
    stream: async (call, signal, silence) => {
      try {
        const response = await transport.stream(call, signal, silence);
        const { statusCode: status = 0 } = response;
        if (status < 400) return bytesOf(response);
        throw await refused(call, status, await read(response), retryAfter(response));
      } catch (error) {
        throw typed(error);
      }
    },
    close: () => transport.close(),
  };
}

/** Jittered and doubling: about 0.2, 0.4, 0.8 … up to `cap` milliseconds. */
export const backoff = (attempt: number, random: () => number, cap: Milliseconds = 5_000): Milliseconds =>
  Math.min(cap, 200 * 2 ** attempt) * (0.5 + random());
