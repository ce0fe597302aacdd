/**
 * How large each part of a multipart upload is, when nobody knows how long the stream will be.
 *
 * S3 takes 10,000 parts; with a fixed size an upload dies after hours (aws-cli#6120: 90 GB). Ten sizes, each for a
 * thousand parts and twice the one before, reach 8 TiB, while a backup of up to 7.8 GiB never needs more than 8 MiB a
 * part.
 */
export const MiB = 1024 * 1024;

export const mostParts = 10_000;
const firstSize = 8 * MiB;
const partsPerSize = 1_000;

/** How many parts are on their way at once; one more is being filled. */
export const mostInFlight = 3;
/** What the buffers of all parts may take together, as long as two parts fit in it. */
export const memoryBudget = 128 * MiB;

/** Bytes of a part by its number, from 1. The last part of an upload may be shorter. */
export const partSize = (number: number): number =>
  firstSize * 2 ** Math.floor((Math.min(number, mostParts) - 1) / partsPerSize);

/** How many buffers of that size exist at once: 4 up to 32 MiB (23 GiB stored), 2 of 64 MiB, then one. */
export const buffersOf = (size: number): number =>
  Math.max(1, Math.min(mostInFlight + 1, Math.floor(memoryBudget / size)));

/** The most that fits into one object: 7.99 TiB, where S3 itself once drew the line at 5. */
export const mostBytes: number = Array.from({ length: mostParts / partsPerSize }, (_, nth) => nth).reduce(
  (sum, nth) => sum + partsPerSize * partSize(nth * partsPerSize + 1),
  0,
);
