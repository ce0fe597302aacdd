/** One attempt each: asking once, and saying what was heard. When to ask again is decided above. */
import type { HttpRequest, TlsCheck, Via } from '../domain/checks/types.ts';
import type { Finds } from '../domain/checks/text-match.ts';
import type { Milliseconds } from '../domain/duration.ts';

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names; several values joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** UTF-8; the first 64 KiB. */
  readonly body: string;
  readonly truncated: boolean;
  readonly certificate?: Certificate;
}

export interface Certificate {
  /** Milliseconds since the epoch. */
  readonly validTo: number;
}

export interface ProbeOptions {
  readonly timeout: Milliseconds;
  readonly signal?: AbortSignal;
}

/** Thrown when nothing, or nothing whole, was answered: `code` is the system's or TLS's own (`ECONNREFUSED`, …). */
export class ProbeFailure extends Error {
  override readonly name = 'ProbeFailure';
  readonly code: string;
  readonly phase: 'dns' | 'connect' | 'tls' | 'request' | 'body';

  constructor(phase: ProbeFailure['phase'], code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.phase = phase;
    this.code = code;
  }
}

export interface Probes {
  /** Always on a connection of its own: a kept one would go on talking to the old version. */
  http(request: HttpRequest, options: ProbeOptions): Promise<HttpAnswer>;
  /** Resolves once connected. */
  tcp(host: string, port: number, options: ProbeOptions): Promise<void>;
  tls(target: Pick<TlsCheck, 'host' | 'port' | 'tls'>, options: ProbeOptions): Promise<Certificate>;
  /** Throws ProbeFailure `ESLOWPATTERN` where a regular expression takes too long. */
  readonly finds: Finds;
}

/** Local ways into the cluster, one `kubectl port-forward` per target, opened at first use and kept. */
export interface Forwards {
  /** `127.0.0.1:<port>`. Throws ProbeFailure where nothing can be forwarded to (`NO_ENDPOINTS`, …), ToolError without kubectl. */
  open(via: Via, options: ProbeOptions): Promise<string>;
  /** Ends every forward; the next `open` begins anew. */
  close(): Promise<void>;
}
