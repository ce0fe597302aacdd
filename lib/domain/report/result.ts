import type { Actor } from '../record/types.ts';

/** How a step ended. `success` and `skipped` are green, everything else is red. */
export type ResultKind = 'success' | 'failure' | 'inconclusive' | 'cancelled' | 'skipped';

/** What every use case returns; an action's own result has more fields. */
export interface Result {
  readonly result: ResultKind;
  /** One line that says why, for the output of that name and for the verdict line of the summary. */
  readonly reason: string;
}

export interface Annotation {
  readonly kind: 'error' | 'warning' | 'notice';
  readonly message: string;
  readonly title?: string;
}

/** What an action's report.ts makes of its result. */
export interface Report {
  /** The action's own outputs; `result`, `reason` and `report` are set by the runtime. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Markdown; cut to 64 KiB, folded sections first. */
  readonly summary: string;
  readonly annotations?: readonly Annotation[];
  /** The action's part of the JSON report; no secrets. */
  readonly data?: unknown;
}

export const reportSchema = 'slipway/report/v1';

/** The file that output `report` names. Schema: docs/schemas/report.json. */
export interface ReportFile {
  readonly schema: typeof reportSchema;
  readonly action: string;
  readonly result: ResultKind;
  readonly reason: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly by: Actor;
  readonly outputs: Readonly<Record<string, string>>;
  /** The rendered error where the step ended in one. */
  readonly error?: string;
  readonly data?: unknown;
}

export const isGreen = (result: ResultKind): boolean => result === 'success' || result === 'skipped';
