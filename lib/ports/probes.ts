/** One attempt each: asking once, and saying what was heard. When to ask again is decided above. */
import type { HttpRequest, TlsCheck, Via } from '../domain/checks/types.ts';
import type { Milliseconds } from '../domain/duration.ts';

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names; several values joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** UTF-8, cut at `bodyLimit` bytes. */
  readonly body: string;
  readonly truncated: boolean;
  readonly timings: {
    readonly connect: Milliseconds;
    readonly firstByte: Milliseconds;
    readonly total: Milliseconds;
  };
  /** Where it was redirected to, in order. */
  readonly redirects: readonly string[];
  readonly certificate?: Certificate;
}

export interface Certificate {
  /** Milliseconds since the epoch. */
  readonly validTo: number;
  readonly subject: string;
  readonly issuer: string;
}

export interface ProbeOptions {
  readonly timeout: Milliseconds;
  readonly signal?: AbortSignal;
}

/** Thrown when nothing, or nothing whole, was answered: `code` is the system's or TLS's own (`ECONNREFUSED`, …). */
export interface ProbeFailure extends Error {
  readonly code: string;
  /** `dns`, `connect`, `tls`, `request`, `body`, `timeout`, `redirect`. */
  readonly phase: 'dns' | 'connect' | 'tls' | 'request' | 'body' | 'timeout' | 'redirect';
}

export interface Probes {
  /** `fresh`: on a connection of its own, closed afterwards. Otherwise connections are kept alive and shared. */
  http(request: HttpRequest, options: ProbeOptions & { readonly fresh?: boolean }): Promise<HttpAnswer>;
  /** Resolves with the connect time. */
  tcp(host: string, port: number, options: ProbeOptions): Promise<Milliseconds>;
  tls(target: Pick<TlsCheck, 'host' | 'port' | 'tls'>, options: ProbeOptions): Promise<Certificate>;
  /** Ends idle connections, so that the process can exit. */
  close(): void;
}

/** Local ways into the cluster, one `kubectl port-forward` per target, opened at first use and kept. */
export interface Forwards {
  /** `127.0.0.1:<port>`. Throws TargetError when there is nothing to forward to (no ready pod), ToolError without kubectl. */
  open(via: Via, signal?: AbortSignal): Promise<string>;
  /** Ends every forward. */
  close(): Promise<void>;
}
