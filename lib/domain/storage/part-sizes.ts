/**
 * How large each part of a multipart upload is, when nobody knows how long the stream will be.
 *
 * S3 takes 10,000 parts; with a fixed size an upload dies after hours (aws-cli#6120: 90 GB). A part is kept until it is
 * stored, so its size is memory. Sizes grow slowly while parts fit into the budget, which is 219 GiB stored; what is
 * larger needs the 4,000 parts that are left for up to 5 TiB, and they grow fast.
 */
export const MiB = 1024 * 1024;

/** How many parts are of which size, in their order. */
const steps: readonly (readonly [parts: number, size: number])[] = [
  ...[8, 16, 24, 32, 48, 96].map((size) => [1_000, size * MiB] as const),
  ...[224, 448, 896, 1_792, 3_584].map((size) => [800, size * MiB] as const),
];

export const mostParts = 10_000;

/** How many parts are on their way at once; one more is being filled. */
export const mostInFlight = 3;
/** What the buffers of all parts may take together, as long as one part fits in it. */
export const memoryBudget = 96 * MiB;

/** Bytes of a part by its number, from 1. The last part of an upload may be shorter. */
export function partSize(number: number): number {
  let left = Math.min(number, mostParts);
  for (const [parts, size] of steps) {
    if (left <= parts) return size;
    left -= parts;
  }
  throw new Error('the steps are of fewer parts than there may be');
}

/** How many buffers of that size exist at once: 4 up to 24 MiB (47 GiB stored), 3 of 32, 2 of 48 (to 125 GiB), then one. */
export const buffersOf = (size: number): number =>
  Math.max(1, Math.min(mostInFlight + 1, Math.floor(memoryBudget / size)));

/** The most that fits into one object: 5.51 TiB, where S3 itself once drew the line at 5. */
export const mostBytes: number = steps.reduce((sum, [parts, size]) => sum + parts * size, 0);

/** Up to how many bytes stored the buffers keep to the budget. */
export const mostWithinBudget: number = steps
  .filter(([, size]) => size <= memoryBudget)
  .reduce((sum, [parts, size]) => sum + parts * size, 0);
