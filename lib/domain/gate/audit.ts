/** What is kept of one decision of the gate: a line for the auditor, and in the record of the release that it let out. */
import type { Fault } from '../errors.ts';

export const decisionSchema = 'slipway/gate-decision/v1';

/** docs/schemas/gate-decision.json is its schema. */
export interface AuditLine {
  readonly schema: typeof decisionSchema;
  readonly at: string;
  readonly environment: string;
  readonly decision: 'open' | 'shut';
  readonly why: readonly string[];
  readonly approvedBy: string;
  readonly approvedAt: string;
  readonly comment: string;
  readonly exceptions: readonly string[];
  /** Of the proposal; empty without one. */
  readonly proposal: string;
  readonly repository: string;
  readonly run: string;
  readonly attempt: number;
  readonly commit: string;
  readonly startedBy: string;
}

/** Reads the line, or says in a few words why it is none of ours. */
export function parseAuditLine(text: string): AuditLine | { readonly unreadable: string } {
  let value: Partial<AuditLine> | null;
  try {
    value = JSON.parse(text) as Partial<AuditLine> | null;
  } catch {
    return { unreadable: 'it is not JSON' };
  }
  if (value?.schema !== decisionSchema) return { unreadable: 'it is no decision of approval-gate' };
  const { decision, environment, proposal, repository, run, approvedBy, approvedAt, comment } = value;
  const whole =
    [decision, environment, proposal, repository, run, approvedBy, approvedAt, comment].every(
      (each) => typeof each === 'string',
    ) && [value.why, value.exceptions].every(Array.isArray);
  return whole ? (value as AuditLine) : { unreadable: 'parts of it are missing' };
}

/** What is about to be released, as far as a decision must be about it. */
export interface LetOut {
  /** Empty where none was named. */
  readonly environment: string;
  /** SHA-256 of the proposal that was given; empty without one. */
  readonly proposal: string;
  readonly repository: string;
  readonly run: string;
}

/** Everything by which a decision is not one that lets this out. */
export function notLetOut(line: AuditLine, asked: LetOut): Fault[] {
  const other = (what: string, theirs: string, ours: string): Fault[] =>
    theirs === ours
      ? []
      : [{ input: `approval: ${what}`, value: ours, problem: `it was decided about ${theirs || 'none'}` }];
  return [
    ...(line.decision === 'open'
      ? []
      : [
          {
            input: 'approval',
            value: line.decision,
            problem: `the gate stayed shut: ${line.why.join('; ')}`,
          },
        ]),
    ...(asked.environment === '' ? [] : other('environment', line.environment, asked.environment)),
    ...(asked.proposal === '' && line.proposal !== ''
      ? [
          {
            input: 'proposal',
            value: 'empty',
            problem: `it was decided about proposal ${line.proposal.slice(0, 12)}, and none is given here: give the output proposal of approval-gate; where it comes from another job, that job's outputs must name it, and GitHub drops an output that holds a masked secret`,
          },
        ]
      : other('proposal', line.proposal, asked.proposal)),
    ...other('repository', line.repository, asked.repository),
    ...other('run', line.run, asked.run),
  ];
}

/** Who let it out, in one line, whatever people write. */
export function approvalLine({ approvedBy, approvedAt, comment, exceptions }: AuditLine): string {
  const who = approvedBy === '' ? 'nobody was asked: the gate opened by its rules' : approvedBy;
  return [
    [who, approvedAt].filter(Boolean).join(', '),
    ...(comment === '' ? [] : [`“${comment.replaceAll(/\s+/g, ' ').trim()}”`]),
    ...exceptions.map((exception) => `let pass: ${exception}`),
  ].join('; ');
}
