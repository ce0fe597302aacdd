import { pipeline } from 'node:stream';
import type { Transform } from 'node:stream';

/** What the source throws comes out unchanged; leaving early closes the source. */
export async function* through(
  source: AsyncIterable<Uint8Array>,
  transform: Transform,
): AsyncGenerator<Uint8Array> {
  // The reader below sees every error of the pipeline: the callback has nothing to add.
  for await (const chunk of pipeline(source, transform, () => undefined)) yield chunk as Uint8Array;
}
