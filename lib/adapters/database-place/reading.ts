/** How the adapters of both engines read what their tools print. */
import type { Cancellable } from '../../ports/database.ts';

/** Only the signal of an order, and only where there is one. */
export const signalled = (options: Cancellable | undefined): Cancellable =>
  options?.signal === undefined ? {} : { signal: options.signal };

/** The same bytes, whose failure is told by `fail`. */
export async function* explaining(
  bytes: AsyncIterable<Uint8Array>,
  fail: (error: unknown) => never,
): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    fail(error);
  }
}

/** Of something short. */
export async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
