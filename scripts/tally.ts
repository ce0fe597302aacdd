export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

export const nothing: Tally = { passed: 0, failed: 0 };

export const sum = (a: Tally, b: Tally): Tally => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
});

/** A gate without counts of its own is one test. */
export const tallyOf = (ok: boolean): Tally => (ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });

interface JestCounts {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Test files that could not even be run. */
  readonly numRuntimeErrorTestSuites: number;
}

/**
 * What jest's `--json` says, held against how it ended: without counts it failed, and a run that ends badly
 * with nothing failed in it (a hang, a crash) counts as one failure more. No tests at all are a failure too.
 */
export function tallyOfJest(json: string | undefined, ok: boolean): Tally {
  if (json === undefined) return tallyOf(false);
  const counts = JSON.parse(json) as JestCounts;
  const failed = counts.numFailedTests + counts.numRuntimeErrorTestSuites;
  const unexplained = failed === 0 && (!ok || counts.numPassedTests === 0) ? 1 : 0;
  return { passed: counts.numPassedTests, failed: failed + unexplained };
}

/** The line that ends `npm test`. */
export const lastLine = ({ passed, failed }: Tally): string => `${passed} passed, ${failed} failed`;
