/**
 * Waits for all of them, then throws the first failure in the order given. So that one error is always the
 * same one: an expired token is told before the chart that could not be found at the same moment.
 */
export async function inOrderOfBlame<const T extends readonly unknown[]>(
  promises: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(promises);
  for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason as Error;
  return settled.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value) as {
    -readonly [K in keyof T]: Awaited<T[K]>;
  };
}
