/** What a smoke test asks, what it heard, and what it makes of it. */
import type { Milliseconds } from '../duration.ts';
import type { TestCase } from '../junit/types.ts';

/** `warn`: told, but never fails the step. */
export type Severity = 'fail' | 'warn';

interface CheckBase {
  /** As the author named it, else made from what it asks. Unique within a run. */
  readonly name: string;
  readonly severity: Severity;
  /** Of one attempt. */
  readonly attemptTimeout: Milliseconds;
}

export type Check = HttpCheck | TcpCheck | TlsCheck | CommandCheck | PodsCheck;
export type CheckOf<Kind extends Check['kind']> = Extract<Check, { kind: Kind }>;

/** Where a port of the cluster is reached through `kubectl port-forward`. */
export interface Via {
  readonly kind: 'service' | 'pod';
  readonly name: string;
  readonly namespace: string;
  readonly port: number;
}

export interface TlsTrust {
  /** PEM; added to the system's own roots. */
  readonly ca?: string;
  /** PEM client certificate and key. */
  readonly cert?: string;
  readonly key?: string;
  /** Explicit: the server's certificate is not checked at all. */
  readonly insecure: boolean;
}

export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How many redirects are followed; 0 judges the redirect itself. */
  readonly redirects: number;
  readonly tls: TlsTrust;
  /** Address (and port) to connect to instead of what DNS says: one replica, or a host before its DNS. */
  readonly resolve?: string;
}

export interface HttpCheck extends CheckBase {
  readonly kind: 'http';
  readonly request: HttpRequest;
  /** The path and host of `request.url` stay; the connection goes through a port-forward. */
  readonly via?: Via;
  readonly expect: HttpExpectation;
  readonly latency?: LatencyCheck;
}

export interface HttpExpectation {
  /** Codes and ranges, inclusive: `[200, 299]`. */
  readonly status: readonly (readonly [from: number, to: number])[];
  readonly headers: readonly TextExpectation[];
  readonly body: readonly TextMatch[];
  readonly json: readonly JsonExpectation[];
  /** The server's certificate must be valid for longer than this. */
  readonly certificateValidFor?: Milliseconds;
}

export type TextMatch =
  | { readonly contains: string }
  | { readonly equals: string }
  | { readonly matches: RegExp };
export interface TextExpectation {
  readonly name: string;
  readonly match: TextMatch;
}
export interface JsonExpectation {
  /** `$.status`, `$.items[0].name`. */
  readonly path: string;
  readonly equals: unknown;
}

/** Open loop: requests start at the rate, whether or not the earlier ones were answered. */
export interface LatencyCheck {
  readonly requests: number;
  /** Per second. */
  readonly rate: number;
  /** Above 0, at most 100. */
  readonly percentile: number;
  readonly below: Milliseconds;
}

export interface TcpCheck extends CheckBase {
  readonly kind: 'tcp';
  readonly host: string;
  readonly port: number;
  readonly via?: Via;
}

export interface TlsCheck extends CheckBase {
  readonly kind: 'tls';
  readonly host: string;
  readonly port: number;
  readonly tls: TlsTrust;
  readonly validFor: Milliseconds;
}

export interface CommandCheck extends CheckBase {
  readonly kind: 'command';
  readonly argv: readonly string[];
  readonly exitCode: number;
  readonly output: readonly TextMatch[];
}

/** All pods that a selector finds are ready and run this image digest. */
export interface PodsCheck extends CheckBase {
  readonly kind: 'pods';
  readonly namespace: string;
  readonly selector: string;
  /** `sha256:…`; undefined: only readiness is asked. */
  readonly digest?: string;
  /** Whose digest that is, `ghcr.io/acme/shop`; undefined: whatever repository a pod names. */
  readonly repository?: string;
  readonly atLeast: number;
}

/** Which answer proves that the new version speaks. */
export interface Identity {
  readonly request: HttpRequest;
  readonly via?: Via;
  /** One of them says who answers. */
  readonly from:
    | { readonly kind: 'header'; readonly name: string }
    | { readonly kind: 'json'; readonly path: string };
  /** Digest, version or sha. */
  readonly equals: string;
  /** Each address is asked by itself; empty: the URL alone. */
  readonly replicas: readonly string[];
  /** Each ready pod of this selector is asked by itself, through a port-forward. */
  readonly pods?: { readonly namespace: string; readonly selector: string; readonly port: number };
}

/** Tests of the team's own: run once, after every check has passed. */
export interface Suite {
  readonly name: string;
  readonly argv: readonly string[];
  /** Reports that it writes, glob patterns from `directory`; empty: the exit code says all. */
  readonly junit: readonly string[];
  /** From the workspace; undefined: the workspace itself. */
  readonly directory?: string;
  readonly timeout: Milliseconds;
  readonly severity: Severity;
}

/** Why one attempt was not what was expected, in a line a person can act on. */
export interface Miss {
  readonly reason: string;
  /** Waiting will not mend it: names why (`the DNS name does not exist`). */
  readonly hopeless?: string;
  /** A bounded piece of what was answered. */
  readonly excerpt?: string;
}

export interface LatencyFigures {
  readonly requests: number;
  readonly failed: number;
  readonly p50: Milliseconds;
  readonly p95: Milliseconds;
  readonly max: Milliseconds;
  /** At the percentile that was asked. */
  readonly measured: Milliseconds;
}

export type CheckOutcomeKind = 'pass' | 'fail' | 'inconclusive';

export interface CheckOutcome {
  readonly name: string;
  readonly kind: Check['kind'] | 'identity' | 'suite';
  readonly severity: Severity;
  readonly outcome: CheckOutcomeKind;
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** One line: what was proven, or the last miss. */
  readonly reason: string;
  readonly miss?: Miss;
  readonly latency?: LatencyFigures;
  /** Of a suite that writes JUnit. */
  readonly cases?: readonly TestCase[];
}

export interface ChecksOutcome {
  /** `fail` where a check of severity fail failed; inconclusive where one could not be asked and none failed. */
  readonly outcome: CheckOutcomeKind;
  readonly reason: string;
  readonly identity?: CheckOutcome;
  readonly checks: readonly CheckOutcome[];
}
