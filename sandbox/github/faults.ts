/** A way to fail on demand. */
export type Fault =
  | { kind: 'status'; status: number; message?: string }
  /** Answers as usual after that long. */
  | { kind: 'slow'; milliseconds: number }
  /** primary: 403 with x-ratelimit-remaining 0; secondary: 429 with retry-after. */
  | { kind: 'rate-limited'; limit: 'primary' | 'secondary'; retryAfterSeconds?: number }
  /** Cuts the connection before the request is carried out, or after it and before the answer. */
  | { kind: 'disconnect'; when: 'before' | 'after' };

export interface FaultOrder {
  /** An operation id such as `repos/create-deployment`, or `*`. */
  operation: string;
  fault: Fault;
  /** How many requests it meets; 1 unless given, 0 = until cleared. */
  times?: number;
}

export interface FaultQueue {
  order(order: FaultOrder): void;
  /** The fault that meets this request, taken off the queue. */
  take(operation: string): Fault | undefined;
  clear(): void;
}

export function faultQueue(): FaultQueue {
  let waiting: { operation: string; fault: Fault; left: number }[] = [];
  return {
    order({ operation, fault, times = 1 }) {
      waiting.push({ operation, fault, left: times === 0 ? Infinity : times });
    },
    take(operation) {
      const first = waiting.find((one) => one.operation === '*' || one.operation === operation);
      if (!first) return undefined;
      first.left -= 1;
      waiting = waiting.filter((one) => one.left > 0);
      return first.fault;
    },
    clear() {
      waiting = [];
    },
  };
}

/** Reads an order that another process sent; a sentence when it cannot be understood. */
export function readFaultOrder(given: unknown, operations: readonly string[]): FaultOrder | string {
  const { operation, fault, times } = (given ?? {}) as Partial<FaultOrder>;
  if (operation !== '*' && !operations.includes(operation ?? '')) {
    return `operation: one of *, ${operations.join(', ')}`;
  }
  if (times !== undefined && !(Number.isInteger(times) && times >= 0))
    return 'times: a whole number, 0 = until cleared';
  if (!fault || !isFault(fault))
    return 'fault: {kind: status|slow|rate-limited|disconnect, …} as in sandbox/github/faults.ts';
  return { operation: operation as string, fault, ...(times !== undefined && { times }) };
}

function isFault(fault: Fault): boolean {
  switch (fault.kind) {
    case 'status':
      return Number.isInteger(fault.status) && fault.status >= 400 && fault.status < 600;
    case 'slow':
      return fault.milliseconds >= 0;
    case 'rate-limited':
      return fault.limit === 'primary' || fault.limit === 'secondary';
    case 'disconnect':
      return fault.when === 'before' || fault.when === 'after';
    default:
      return false;
  }
}
