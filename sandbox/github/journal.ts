/** A request that came, and what it got. Tokens are never kept. */
export interface Recorded {
  at: string;
  method: string;
  path: string;
  query: Record<string, string>;
  /** Absent where the request was none that GitHub publishes. */
  operation?: string;
  body?: unknown;
  userAgent: string;
  /** 0: the connection was cut. */
  status: number;
}

/** A request, or one of the stand-in's own answers, that breaks the published description. */
export interface Violation {
  where: 'request' | 'response';
  method: string;
  path: string;
  faults: string[];
}

export interface Journal {
  recorded: Recorded[];
  violations: Violation[];
}
