/** Runs at most so much of the given work at once, for all callers together, in the order of asking. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>;

/** Once the signal aborts nothing more is begun: what is asked for rejects with its reason. */
export function limitTo(count: number, signal?: AbortSignal): Limit {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      signal?.throwIfAborted();
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
