import type { Readable } from 'node:stream';

/** What is done to a body on its way. */
export interface Treatment {
  /** One bit of its first byte is turned, so that its length stays and its digest does not. */
  tampered: boolean;
  /** It is cut when so many bytes have passed. */
  cutAfter?: number | undefined;
  count: (bytes: number) => void;
}

/** The connection is to be cut now. */
export class Cut extends Error {}

/** The pieces as they pass. Ends with Cut where the body is longer than it may be, after the last piece that may pass. */
export async function* passing(
  from: Readable,
  { tampered, cutAfter, count }: Treatment,
): AsyncGenerator<Buffer> {
  let passed = 0;
  // Whoever stops early decides how the connection ends.
  for await (const piece of from.iterator({ destroyOnReturn: false })) {
    const whole = tampered && passed === 0 ? turned(piece as Buffer) : (piece as Buffer);
    const rest = cutAfter === undefined ? whole.length : cutAfter - passed;
    const part = whole.subarray(0, rest);
    count(part.length);
    passed += part.length;
    if (part.length > 0) yield part;
    if (part.length < whole.length) throw new Cut();
  }
}

function turned(piece: Buffer): Buffer {
  const copy = Buffer.from(piece);
  copy[0] = (copy[0] ?? 0) ^ 1;
  return copy;
}
