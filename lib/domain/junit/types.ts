/** Test results in the form that every runner can write and every reporter can read. */

export type CaseOutcome = 'passed' | 'failed' | 'skipped';

export interface TestCase {
  readonly name: string;
  /** `class` or file that it belongs to; empty where the report does not say. */
  readonly group: string;
  readonly outcome: CaseOutcome;
  /** Milliseconds. */
  readonly took: number;
  /** Why it failed, in the runner's words; empty otherwise. */
  readonly message: string;
}

export interface TestSuite {
  readonly name: string;
  readonly cases: readonly TestCase[];
}
