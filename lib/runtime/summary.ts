import { messageOf } from '../domain/errors.ts';
import { appendFileSync } from 'node:fs';
import { fitSummary } from '../domain/report/fit.ts';
import { read } from './environment.ts';
import type { Env } from './environment.ts';
import type { StepLog } from './log.ts';
import type { Masks } from './masking.ts';

/** Adds to the step's summary, without secrets and within the budget. Never fails the step: a warning at most. */
export function writeSummary(env: Env, markdown: string, masks: Masks, log: StepLog): void {
  const file = read(env, 'GITHUB_STEP_SUMMARY');
  if (file === '' || markdown.trim() === '') return;
  try {
    appendFileSync(file, `${fitSummary(masks.redact(markdown.trim()))}\n`);
  } catch (error) {
    log.warn(`the summary could not be written: ${messageOf(error)}`);
  }
}
