import type { Milliseconds } from '../../domain/duration.ts';
import { ProbeFailure } from '../../ports/probes.ts';
import type { ProbeOptions } from '../../ports/probes.ts';

/** The time of one attempt, and where it is when that ends. */
export interface Limit extends Disposable {
  readonly timeout: Milliseconds;
  readonly signal: AbortSignal;
  phase: ProbeFailure['phase'];
  /** What was thrown, as a failure of this phase; when the step was cancelled, the reason of that. */
  failure(error: unknown): Error;
}

export function limited({ timeout, signal: cancel }: ProbeOptions): Limit {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeout);
  const signal = cancel === undefined ? late.signal : AbortSignal.any([late.signal, cancel]);
  return {
    timeout,
    signal,
    phase: 'dns',
    failure(error) {
      if (cancel?.aborted === true) return cancel.reason as Error;
      if (late.signal.aborted)
        return new ProbeFailure(this.phase, 'ETIMEDOUT', `nothing within ${timeout} ms`);
      if (error instanceof ProbeFailure) return error;
      const { code, message } = plain(firstOf(error));
      return new ProbeFailure(this.phase, code, message, { cause: error });
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** A name with several addresses, none of which answers, throws all their errors and a message of none. */
const firstOf = (error: unknown): NodeJS.ErrnoException =>
  (error instanceof AggregateError ? (error.errors as unknown[])[0] : error) as NodeJS.ErrnoException;

/**
 * OpenSSL's own words out of `write EPROTO 40AD…:error:0A000410:SSL routines:ssl3_read_bytes:alert handshake failure:../deps/…`;
 * whether Node makes a code of them depends on which side was speaking.
 */
function plain({ code = '', message }: NodeJS.ErrnoException): { code: string; message: string } {
  const [, words] = /SSL routines:[^:]*:([^:]+):/.exec(message) ?? [];
  if (words === undefined) return { code, message };
  const own = `ERR_SSL_${words.toUpperCase().replaceAll(/\W+/g, '_')}`;
  return { code: code === 'EPROTO' ? own : code, message: words };
}
