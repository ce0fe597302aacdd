import { describePoint } from '../../lib/domain/database/drill-recovery.ts';
import { totalSeconds, spoken } from '../../lib/domain/database/drill.ts';
import type { DrillEvidence, DrillSeconds, Judged } from '../../lib/domain/database/drill.ts';
import { trendChart } from '../../lib/domain/database/drill-trend.ts';
import type { PastDrill } from '../../lib/domain/database/drill-trend.ts';
import { heldIn } from '../../lib/domain/database/fingerprint.ts';
import {
  code,
  codeBlock,
  details,
  escapeText,
  sections,
  table,
  verdictLine,
} from '../../lib/domain/report/markdown.ts';
import { timeline } from '../../lib/domain/report/timeline.ts';
import { plural } from '../../lib/domain/words.ts';
import type { Contents } from '../../lib/ports/database.ts';
import type { DrillDone } from './drilling.ts';
import type { Inputs } from './inputs.ts';
import { planRows } from './plan.ts';
import type { Restored, RestoreResult } from './run.ts';
import type { Switch } from './switch.ts';

/** In one line how it ended; then what was restored where, how long that took, and what to do next. */
export function summary(result: RestoreResult, inputs: Inputs): string {
  const { look, restored, drill, startedAt } = result;
  return sections(
    verdictLine('restore-db', result),
    refusalsTable(result),
    drill === undefined ? undefined : drillPart(drill),
    table(
      ['', ''],
      planRows(look, inputs, startedAt).map(([label, text]) => [label, escapeText(text)]),
    ),
    restored === undefined ? undefined : restoredPart(restored, startedAt),
    restored?.switch === undefined ? undefined : switchPart(restored.switch),
    look.notes.length === 0 ? undefined : look.notes.map((note) => `- ${escapeText(note)}`).join('\n'),
    restored === undefined ? undefined : tablesPart(restored.contents),
  );
}

const refusalsTable = ({ look: { refusals } }: RestoreResult): string =>
  table(
    ['Refused', 'What to do'],
    refusals.map(({ reason, remedy }) => [escapeText(reason), escapeText(remedy)]),
  );

function drillPart({ evidence, key, trend }: DrillDone): string {
  const { seconds, rto, rpo, into, details: said } = evidence;
  return sections(
    evidence.outcome === 'failed' ? `> ${escapeText(evidence.reason)}` : undefined,
    said.length === 0 ? undefined : codeBlock(said.join('\n')),
    table(
      ['', 'Measured', 'Objective', ''],
      [
        [
          'RTO: from the start of the step until every table was compared',
          rto.seconds === undefined ? 'not restored' : spoken(rto.seconds),
          ...objective(rto),
        ],
        [
          `RPO: age of the newest restorable data${rpo.from === undefined ? '' : ` (${rpo.from})`}`,
          rpo.seconds === undefined ? 'nothing is known to be restorable' : spoken(rpo.seconds),
          ...objective(rpo),
        ],
      ],
    ),
    recoveryPart(rpo),
    seconds === undefined ? undefined : timeline(phases(seconds, Date.parse(evidence.at)), 0),
    trendPart(trend, rto.objectiveSeconds),
    `${into === '' ? '' : `Restored into ${escapeText(into)}, which is gone. `}${key === '' ? 'The evidence could not be stored beside the backups.' : `Evidence: ${code(key)}.`}`,
  );
}

function objective({ objectiveSeconds, met }: Judged): [string, string] {
  if (objectiveSeconds === undefined) return ['none', ''];
  return [spoken(objectiveSeconds), met === undefined ? 'not judged' : met ? '✅' : '❌'];
}

/** Which of them a drill has proven, and which are only said. */
const recoveryPart = ({ points, unknown }: DrillEvidence['rpo']): string =>
  [
    ...points.map((point) => `- ${escapeText(describePoint(point))}`),
    ...unknown.map((line) => `- ${escapeText(line)}`),
  ].join('\n');

function trendPart(trend: readonly PastDrill[], objectiveSeconds: number | undefined): string {
  const rows = [...trend]
    .reverse()
    .map(({ at, outcome, backup, rtoSeconds, rpoSeconds }) => [
      escapeText(at),
      outcome,
      code(backup),
      rtoSeconds === undefined ? '' : spoken(rtoSeconds),
      rpoSeconds === undefined ? '' : spoken(rpoSeconds),
    ]);
  return sections(
    trendChart(trend, objectiveSeconds),
    trend.length < 2
      ? undefined
      : details(`The last ${trend.length} drills`, table(['At', 'Outcome', 'Backup', 'RTO', 'RPO'], rows)),
  );
}

function restoredPart({ seconds, described }: Restored, startedAt: number): string {
  return sections(
    `It is now in ${escapeText(described)}. It took ${spoken(totalSeconds(seconds))}: ${spoken(seconds.restore)} to fetch and restore, ${spoken(seconds.compare)} to compare.`,
    timeline(phases(seconds, startedAt), 0),
  );
}

function phases(
  { prepare, restore, compare }: DrillSeconds,
  startedAt: number,
): Parameters<typeof timeline>[0] {
  const at = (seconds: number): string => new Date(startedAt + seconds * 1_000).toISOString();
  const phase = (name: string, from: number, length: number) => ({
    name,
    startedAt: at(from),
    endedAt: at(from + length),
    outcome: 'success' as const,
  });
  return [
    phase('prepare', 0, prepare),
    phase('fetch and restore', prepare, restore),
    phase('compare every table', prepare + restore, compare),
  ];
}

const switchPart = ({ how, first, commands, back }: Switch): string =>
  sections(
    `**To switch to it**: ${escapeText(how)}`,
    details('First: what belongs to the database itself', codeBlock(first.join('\n'), 'sql')),
    commands.length === 0 ? undefined : codeBlock(commands.join('\n'), 'sql'),
    back.length === 0 ? undefined : details('The way back', codeBlock(back.join('\n'), 'sql')),
  );

const shown = 200;

function tablesPart({ fingerprint }: Contents): string {
  const { tables } = fingerprint;
  const rows = tables.slice(0, shown).map(({ name, rows: count }) => [code(name), String(count)]);
  const more = tables.length > shown ? `\n\nand ${tables.length - shown} more, in the JSON report` : '';
  return details(
    `${plural(heldIn(fingerprint).tables, 'table')}, compared`,
    `${table(['Table', 'Rows'], rows)}${more}`,
  );
}
