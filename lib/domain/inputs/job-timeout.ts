import type { Milliseconds } from '../duration.ts';
import type { InputReader } from './reader.ts';

/** No job lives longer, on a runner of your own either; and a timer of Node's that is set to 25 days rings at once. */
const longest: Milliseconds = 5 * 24 * 3_600_000;

/** The input `timeout` of a step that may take hours. */
export function readJobTimeout(reader: InputReader, fallback: Milliseconds): Milliseconds {
  const timeout = reader.duration('timeout', fallback);
  if (timeout > longest)
    reader.fault({
      input: 'timeout',
      value: reader.text('timeout'),
      problem: 'must be at most 5d, as a job is',
    });
  return timeout;
}
