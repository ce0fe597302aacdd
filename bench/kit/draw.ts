/** Random points that are the same in every run of the same seed. */
import { createHash } from 'node:crypto';

/** Between 0 and 1, from a text. */
export function draw(seed: string): number {
  return createHash('sha256').update(seed).digest().readUInt32BE(0) / 2 ** 32;
}
