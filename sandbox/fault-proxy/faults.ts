/** What may go wrong on the way to a server. */
export type Fault =
  /** Nothing listens, and what is open is cut: the server's process is gone. Meets all, whatever the path says. */
  | { kind: 'refused' }
  /**
   * Cut without an answer (RST); what is open too. With a number of bytes: when so many of the request's body have gone
   * on, or of the answer's have come back; a body that is no longer than that passes, and what is open is spared.
   */
  | { kind: 'reset'; afterSentBytes?: number; afterReceivedBytes?: number }
  /** Accepted and never answered. What is open goes silent, and stays so when the fault is long over. */
  | { kind: 'silent' }
  | { kind: 'status'; status: number; retryAfterSeconds?: number; message?: string }
  /** Answers as usual, so much later; each piece of a body is held up as well, also of what is open. */
  | { kind: 'slow'; milliseconds?: number; chunkMilliseconds?: number }
  /** One bit of the body is turned on its way; its length stays. An empty body passes. */
  | { kind: 'tampered'; body: 'request' | 'answer' }
  /** What watches hear after etcd was compacted: 410, in an open one as an event. Meets watches only. */
  | { kind: 'expired' }
  /** 401 for whoever shows this token. */
  | { kind: 'unauthorized'; token: string }
  /** The answer's Date is off by that much. */
  | { kind: 'skewed'; milliseconds: number };

export interface FaultOrder {
  /** `*` stands for any text: `/apis/apps/v1/*`. The query does not count. */
  path: string;
  /** The same for the query, without its question mark: `uploadId=*`. */
  query?: string;
  method?: string;
  /** Watches alone, or all but watches. */
  watch?: boolean;
  fault: Fault;
  /** So many requests that it would meet pass first. */
  skip?: number;
  /** How many requests it meets; 1 unless given, 0 = until cleared. What is open already is not counted. */
  times?: number;
  /** How long it lasts; then `times` is 0 unless given. */
  milliseconds?: number;
}

/** What is known of a request before it is forwarded. */
export interface Asked {
  method: string;
  /** Without the query. */
  path: string;
  /** Without its question mark. */
  query: string;
  watch: boolean;
  token: string;
}

/** One order while it lasts. */
export interface Standing {
  order: FaultOrder;
  toSkip: number;
  left: number;
  timer?: NodeJS.Timeout;
}

/** The faults in force. `onEnd` is told of each that has ended, by its time, its count or `clear`. */
export class FaultBook {
  readonly #onEnd: (ended: Standing) => void;
  #standing: Standing[] = [];

  constructor(onEnd: (ended: Standing) => void) {
    this.#onEnd = onEnd;
  }

  order(order: FaultOrder): void {
    const { milliseconds, times = milliseconds === undefined ? 1 : 0 } = order;
    const standing: Standing = { order, toSkip: order.skip ?? 0, left: times === 0 ? Infinity : times };
    this.#standing.push(standing);
    if (milliseconds === undefined) return;
    standing.timer = setTimeout(() => this.#end(standing), milliseconds);
    standing.timer.unref();
  }

  /** The fault that meets this request, which is counted. */
  take(asked: Asked): Fault | undefined {
    const fits = this.#standing.filter(({ order }) => meets(order, asked));
    const first = fits.find(({ toSkip }) => toSkip === 0);
    for (const one of fits.slice(0, first ? fits.indexOf(first) : fits.length)) one.toSkip -= 1;
    if (first === undefined) return undefined;
    first.left -= 1;
    if (first.left <= 0) this.#end(first);
    return first.order.fault;
  }

  /** How long a piece of this request's body is held up now. */
  holdUp(asked: Asked): number {
    const slow = this.#standing.find(({ order }) => order.fault.kind === 'slow' && meets(order, asked));
    return slow?.order.fault.kind === 'slow' ? (slow.order.fault.chunkMilliseconds ?? 0) : 0;
  }

  /** Whether a connection is accepted and then left alone: it cannot be known yet what will be asked on it. */
  get isDeaf(): boolean {
    return this.#standing.some(({ order }) => order.fault.kind === 'silent' && isAboutAll(order));
  }

  get isGone(): boolean {
    return this.#standing.some(({ order }) => order.fault.kind === 'refused');
  }

  clear(): void {
    for (const standing of this.#standing) this.#end(standing);
  }

  #end(ended: Standing): void {
    clearTimeout(ended.timer);
    this.#standing = this.#standing.filter((one) => one !== ended);
    this.#onEnd(ended);
  }
}

export const isAboutAll = ({ path, query, method, watch, skip }: FaultOrder): boolean =>
  path === '*' && [query, method, watch, skip].every((narrower) => narrower === undefined);

/** Whether it acts on requests that are open already. */
export const actsAtOnce = ({ fault, skip }: FaultOrder): boolean =>
  skip === undefined &&
  !(fault.kind === 'reset' && (fault.afterSentBytes ?? fault.afterReceivedBytes) !== undefined);

export function meets({ path, query, method, watch, fault }: FaultOrder, asked: Asked): boolean {
  if (fault.kind === 'expired' && !asked.watch) return false;
  if (fault.kind === 'unauthorized' && fault.token !== asked.token) return false;
  if (method !== undefined && method !== asked.method) return false;
  if (query !== undefined && !patternOf(query).test(asked.query)) return false;
  return (watch === undefined || watch === asked.watch) && patternOf(path).test(asked.path);
}

/** `*` stands for any text. */
export const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
