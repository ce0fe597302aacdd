/** Helm's words → what a person can do. Every pattern was seen from a real helm (test/adapters/helm). */
export interface Explanation {
  readonly message: string;
  readonly remedy: string;
  readonly details?: readonly (readonly [label: string, text: string])[];
}

/** `at` gives what the pattern's groups matched, empty where a group took no part. The first rule that matches counts. */
export type Rule = readonly [
  pattern: RegExp,
  explain: (at: (group: number) => string, text: string) => Explanation,
];
