import type { ChecksOutcome } from '../../lib/domain/checks/types.ts';
import { formatDuration } from '../../lib/domain/duration.ts';
import { withImages } from '../../lib/domain/images/short.ts';
import { recordedLine } from '../../lib/domain/database/recorded-schema.ts';
import { isVerified } from '../../lib/domain/record/transitions.ts';
import { checksEvidence, checksTable } from '../../lib/domain/report/checks.ts';
import { code, details, escapeText, sections, table, verdictLine } from '../../lib/domain/report/markdown.ts';
import { timeline } from '../../lib/domain/report/timeline.ts';
import { schemaLine } from '../../lib/domain/rollback/schema-check.ts';
import { candidateTable, legend } from '../../lib/domain/rollback/table.ts';
import { plural } from '../../lib/domain/words.ts';
import type { Done } from './go-back.ts';
import type { Inputs } from './inputs.ts';
import type { Looked } from './look.ts';
import { outcomeOf } from './record.ts';
import { remedies } from './report-remedy.ts';
import type { RollbackResult } from './run.ts';

/** What the release manager reads: in one line where it is now, why not where it should be, what changed, the evidence. */
export function summary(result: RollbackResult, inputs: Inputs): string {
  const { looked, done, startedAt, duration } = result;
  const goes = done !== undefined || looked?.decision.kind === 'undo';
  return sections(
    verdictLine('rollback', { ...result, reason: headline(result, inputs) }),
    causeOf(result, inputs),
    done === undefined ? undefined : facts(result, done, inputs),
    done === undefined ? undefined : phases(done, startedAt, startedAt + duration),
    ...(done?.checks === undefined
      ? []
      : [checksTable(done.checks.checks), ...checksEvidence(done.checks.checks)]),
    looked === undefined || done !== undefined ? undefined : candidatesOf(looked, startedAt),
    goes ? notUndone : undefined,
    looked === undefined || done === undefined ? undefined : folded(looked, startedAt),
    looked === undefined || looked.notes.length === 0 ? undefined : notesOf(looked),
  );
}

const notUndone =
  "**Not undone**: what hooks did, custom resource definitions, and data. A rollback brings back Helm's manifest, nothing else.";

/** Short where it can be: the cause of a failure stands below it, and may be long. */
function headline({ reason, done }: RollbackResult, { release: { name, namespace } }: Inputs): string {
  if (done === undefined || done.undone.kind === 'already claimed') return reason;
  const { undone, to, checks } = done;
  const where = `${name} in ${namespace}`;
  const outcome = outcomeOf(undone);
  if (outcome === 'fail') return `${where} did not come back to revision ${to.revision}`;
  if (outcome === 'inconclusive')
    return `${where} was to come back to revision ${to.revision}, and nobody saw whether it runs`;
  const back = `${where} is back at revision ${to.revision}${withImages(to.images)}, as revision ${undone.revision}`;
  if (checks === undefined) return back;
  const failed = checks.checks.filter(
    ({ severity, outcome: said }) => severity === 'fail' && said === 'fail',
  );
  const answers: Readonly<Record<ChecksOutcome['outcome'], string>> = {
    pass: `${back}, and answers: ${checks.reason}`,
    fail: `${back}, but ${failed.length} of ${plural(checks.checks.length, 'check')} failed`,
    inconclusive: `${back}, but nobody could ask whether it answers`,
  };
  return answers[checks.outcome];
}

function causeOf(result: RollbackResult, { release }: Inputs): string {
  const cures = remedies(result, release).map((remedy) => `**What to do**: ${escapeText(remedy)}`);
  const said = cures.length > 0 && result.done !== undefined ? [`> ${escapeText(result.reason)}`] : [];
  return sections(...said, ...cures);
}

function facts({ looked, duration }: RollbackResult, done: Done, inputs: Inputs): string {
  const { from, to, undone, own, left } = done;
  const { name, namespace } = inputs.release;
  const forced = looked?.decision.kind === 'undo' ? looked.decision.overridden : [];
  const made = undone.revision === undefined ? '' : `, now revision ${undone.revision}`;
  return table(
    ['', ''],
    [
      ['Release', code(`${name} in ${namespace}`)],
      ['Left', `revision ${from.revision}, ${code(from.chart)}, record ${code(left.id)} ${left.state}`],
      ['Why', escapeText(left.reason ?? '')],
      ['Back to', `revision ${to.revision}, ${code(to.chart)}${made}: ${escapeText(to.why)}`],
      ['Schema', escapeText(schemaLine(looked?.schema ?? { kind: 'not compared' }))],
      ...forced.map(({ reason }) => ['Forced', `although ${escapeText(reason)}`]),
      ...imageRows(done),
      [
        'Record',
        `${code(own.id)} ${isVerified(own) ? 'verified' : `${own.state}, not verified`}${recordedOf(own)}`,
      ],
      ['Took', formatDuration(duration)],
    ],
  );
}

const recordedOf = ({ database }: Done['own']): string =>
  database === undefined ? '' : `\n${escapeText(recordedLine(database))}`;

/** What ran, and what was read back. */
function imageRows({ from, to, undone }: Done): string[][] {
  const now = undone.running?.images ?? {};
  const containers = new Set([...Object.keys(from.images), ...Object.keys(to.images)]);
  return [...containers].sort().map((container) => {
    const [before, asked, runs] = [from.images[container], to.images[container], now[container]];
    const then = before === undefined ? 'before none' : `before ${code(before)}`;
    const after =
      runs !== undefined
        ? `now ${code(runs)}`
        : asked === undefined
          ? 'now none'
          : `asked ${code(asked)}, now not known`;
    return [`Image of ${code(container)}`, `${then}\n${after}`];
  });
}

function phases({ own }: Done, startedAt: number, endedAt: number): string {
  const decided = { name: 'decide', startedAt: new Date(startedAt).toISOString(), endedAt: own.createdAt };
  return timeline([{ ...decided, outcome: 'success' }, ...own.steps], endedAt);
}

function candidatesOf({ candidates, decision }: Looked, now: number): string {
  const rows = candidateTable(candidates, decision, now).map((row) => [
    row.mark,
    row.revision,
    code(row.images),
    escapeText(row.chart),
    row.verified,
    escapeText(row.why),
    row.age,
    escapeText(row.by),
  ]);
  const head = ['', 'Revision', 'Images', 'Chart', 'Verified', 'Why, or why not', 'Age', 'By'];
  return sections(table(head, rows), legend(decision));
}

/** Once it was decided it is the evidence, no longer the question. */
const folded = (looked: Looked, now: number): string =>
  details(
    `${plural(looked.candidates.length, 'revision')} it could go back to, or not`,
    candidatesOf(looked, now),
  );

const notesOf = ({ notes }: Looked): string =>
  details('Not everything could be looked at', notes.map((line) => `- ${escapeText(line)}`).join('\n'));
