import { resolve } from 'node:path';
import { judgeSuite } from '../domain/checks/judge-suite.ts';
import type { CheckOutcome, Suite } from '../domain/checks/types.ts';
import { CancelledError, ToolError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Spawn } from '../ports/process.ts';
import type { Reports } from '../ports/reports.ts';

export interface SuitePorts {
  readonly spawn: Spawn;
  readonly reports: Reports;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal?: AbortSignal;
  /** GITHUB_WORKSPACE. */
  readonly workspace: string;
}

/** Of what it prints, the end is kept as evidence; all of it is in the log. */
const linesKept = 20;
/** Time to write reports and to end browsers, once it was told to stop. */
const killAfter = 7_000;

/** Runs the team's own tests, one after the other, each once: what repeats them is their own runner. */
export async function runSuites(suites: readonly Suite[], ports: SuitePorts): Promise<CheckOutcome[]> {
  const outcomes: CheckOutcome[] = [];
  for (const suite of suites)
    outcomes.push(await ports.log.group(`Suite ${suite.name}`, () => runSuite(suite, ports)));
  return outcomes;
}

async function runSuite(suite: Suite, ports: SuitePorts): Promise<CheckOutcome> {
  const { spawn, reports, clock, log, signal, workspace } = ports;
  const cwd = resolve(workspace, suite.directory ?? '');
  const lastLines: string[] = [];
  const onLine = (line: string): void => {
    log.untrusted([line]);
    lastLines.push(line);
    if (lastLines.length > linesKept) lastLines.shift();
  };
  const startedAt = clock.now();
  const ended = (judged: Pick<CheckOutcome, 'outcome' | 'reason'>): CheckOutcome => ({
    name: suite.name,
    kind: 'suite',
    severity: suite.severity,
    attempts: 1,
    startedAt,
    endedAt: clock.now(),
    ...judged,
  });
  try {
    const exit = await spawn(
      { argv: suite.argv, cwd },
      { timeout: suite.timeout, killAfter, keepOutput: false, onLine, ...(signal && { signal }) },
    );
    if (exit.cancelled) throw new CancelledError();
    const found = await reports.find(suite.junit, cwd);
    return ended(judgeSuite(suite, { ...exit, lastLines }, found, startedAt));
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const reason = `it could not be run: ${error.message}`;
    return ended({ outcome: 'inconclusive', reason });
  }
}
