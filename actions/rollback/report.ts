import { isVerified } from '../../lib/domain/record/transitions.ts';
import type { Annotation, Report } from '../../lib/domain/report/result.ts';
import type { Candidate } from '../../lib/domain/rollback/types.ts';
import type { Inputs } from './inputs.ts';
import { errorText } from './report-remedy.ts';
import { summary } from './report-summary.ts';
import type { RollbackResult } from './run.ts';

export const outputNames: readonly string[] = [
  'result',
  'reason',
  'report',
  'from',
  'to',
  'rolled-back',
  'verified',
  'record',
  'record-file',
  'deployment-id',
  'duration-ms',
];

/** What the workflow and the release manager get to see of a rollback. */
export function report(result: RollbackResult, inputs: Inputs): Report {
  const { looked, done } = result;
  return {
    outputs: outputsOf(result),
    summary: summary(result, inputs),
    annotations: annotationsOf(result, inputs),
    data: {
      ...(looked === undefined
        ? {}
        : { candidates: looked.candidates.map(told), notes: looked.notes, schema: looked.schema }),
      ...(done === undefined
        ? {}
        : { record: done.own, left: done.left, undone: done.undone, checks: done.checks }),
    },
  };
}

function outputsOf({ looked, done, duration }: RollbackResult): Record<string, string> {
  const decided = looked?.decision.kind === 'undo' ? looked.decision : undefined;
  return {
    from: String(decided?.from.revision ?? ''),
    to: String(decided?.to.revision ?? ''),
    'rolled-back': String(done?.undone.kind === 'undone'),
    verified: String(done !== undefined && isVerified(done.own)),
    record: done?.own.id ?? '',
    'record-file': done?.recordFile ?? '',
    'deployment-id': String(done?.deploymentId ?? ''),
    'duration-ms': String(duration),
  };
}

function annotationsOf(result: RollbackResult, { release }: Inputs): Annotation[] {
  if (result.result === 'success' || result.result === 'skipped') return [];
  return [{ kind: 'error', title: 'rollback', message: errorText(result, release) }];
}

/** A candidate without the whole of its record. */
const told = ({ record, ...candidate }: Candidate): object => ({ ...candidate, record: record?.id });
