import type { CheckOutcome, CheckOutcomeKind, ChecksOutcome } from '../../lib/domain/checks/types.ts';
import { verdict } from '../../lib/domain/checks/verdict.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { CancelledError, messageOf } from '../../lib/domain/errors.ts';
import { writeJunit } from '../../lib/domain/junit/write.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import type { Result, ResultKind } from '../../lib/domain/report/result.ts';
import { runChecks } from '../../lib/steps/run-checks.ts';
import { recordSchema } from '../../lib/steps/schema-record.ts';
import { runSuites } from '../../lib/steps/run-suites.ts';
import type { Inputs } from './inputs.ts';
import { junitOf } from './junit.ts';
import type { Ports } from './ports.ts';
import { appendVerdict, findRecord, tellGitHub } from './record.ts';

export interface SmokeResult extends Result {
  readonly duration: Milliseconds;
  /** Identity, checks, and the suites that were run. */
  readonly outcome: ChecksOutcome;
  /** Names of checks and suites that were not asked, because something before them did not pass. */
  readonly notAsked: readonly string[];
  readonly junitFile: string;
  /** With the verdict appended; as it was found where that failed. Undefined when no record was given. */
  readonly record: ReleaseRecord | undefined;
  /** Empty without a record. */
  readonly recordFile: string;
}

const results: Readonly<Record<CheckOutcomeKind, ResultKind>> = {
  pass: 'success',
  fail: 'failure',
  inconclusive: 'inconclusive',
};

/** Proves that the new version answers, and answers well; the release's record is told. */
export async function smokeTest(inputs: Inputs, ports: Ports): Promise<SmokeResult> {
  const { clock, log, files, records } = ports;
  const startedAt = clock.now();
  const found =
    inputs.record === undefined || records === undefined
      ? undefined
      : await findRecord(inputs.record, records);

  const asked = await log.group('Who answers, and how', () => runChecks(order(inputs), ports));
  const suites = asked.outcome === 'pass' ? await runSuites(inputs.suites, ports) : [];
  const outcome = verdict(asked.identity, [...asked.checks, ...suites]);

  const junitFile = files.keep('junit.xml', writeJunit(junitOf(outcome)));
  const told = found === undefined ? undefined : await tellRecord(found, outcome, inputs, ports);
  const record = told?.outcome === 'pass' ? await withSchema(told.record, ports) : told?.record;
  return {
    result: results[told?.outcome ?? outcome.outcome],
    reason: told?.reason ?? outcome.reason,
    duration: clock.now() - startedAt,
    outcome,
    notAsked: notAsked(inputs, outcome.checks),
    junitFile,
    record,
    recordFile: record === undefined ? '' : files.keep('record.json', JSON.stringify(record, undefined, 2)),
  };
}

/** The release is proven; with which schema, the record is to say too. */
async function withSchema(record: ReleaseRecord, ports: Ports): Promise<ReleaseRecord> {
  const { records, schemas, database, signal = new AbortController().signal } = ports;
  if (records === undefined || schemas === undefined || database === undefined) return record;
  const write = (change: (now: ReleaseRecord) => ReleaseRecord): Promise<ReleaseRecord> =>
    records.change(record, change);
  return recordSchema(record, write, { ...ports, schemas, database, signal });
}

const order = ({ checks, identity, timeout, interval, consecutive, concurrency }: Inputs) => ({
  checks,
  ...(identity === undefined ? {} : { identity }),
  timeout,
  interval,
  consecutive,
  concurrency,
});

interface Told {
  readonly record: ReleaseRecord;
  readonly outcome: CheckOutcomeKind;
  readonly reason: string;
}

/** A pass that could not be recorded is none: the release would never count as verified, and the step would be green. */
async function tellRecord(
  found: ReleaseRecord,
  { outcome, reason }: ChecksOutcome,
  { name }: Inputs,
  ports: Ports,
): Promise<Told> {
  const { records, log } = ports;
  if (records === undefined) return { record: found, outcome, reason };
  try {
    const record = await appendVerdict(found, name, { outcome, reason }, ports, records);
    await tellGitHub(record, name, { outcome, reason }, ports);
    return { record, outcome, reason };
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    const why = `the verdict could not be appended to ${found.id}: ${messageOf(error)}`;
    log.warn(why);
    return {
      record: found,
      outcome: outcome === 'pass' ? 'inconclusive' : outcome,
      reason: `${reason}, but ${why}`,
    };
  }
}

function notAsked({ checks, suites }: Inputs, outcomes: readonly CheckOutcome[]): string[] {
  const asked = new Set(outcomes.map(({ name, kind }) => `${kind === 'suite'} ${name}`));
  return [
    ...checks.filter(({ name }) => !asked.has(`false ${name}`)),
    ...suites.filter(({ name }) => !asked.has(`true ${name}`)),
  ].map(({ name }) => name);
}
