import { expect } from '@jest/globals';

/** A deploy that went well. The reason is in it so that a test that fails says why. */
export const shipped = {
  result: 'success',
  exit: 0,
  reason: expect.stringContaining(' runs as revision '),
} as const;

/** A deploy that did not, for this reason. */
export const failedFor = (reason: string | RegExp) =>
  ({
    result: 'failure',
    exit: 1,
    reason: typeof reason === 'string' ? expect.stringContaining(reason) : expect.stringMatching(reason),
  }) as const;
