import { formatDuration } from '../../lib/domain/duration.ts';
import { isVerified } from '../../lib/domain/record/transitions.ts';
import { notUndone } from '../../lib/domain/release/plan.ts';
import type { PhaseName, PlannedPhase } from '../../lib/domain/release/plan.ts';
import { code, details, escapeText, sections, table, verdictLine } from '../../lib/domain/report/markdown.ts';
import { timeline } from '../../lib/domain/report/timeline.ts';
import type { ResultKind } from '../../lib/domain/report/result.ts';
import { report as reportBackup } from '../backup-db/report.ts';
import { report as reportDeploy } from '../deploy-helm/report.ts';
import { report as reportRollback } from '../rollback/report.ts';
import { report as reportSmoke } from '../smoke-test/report.ts';
import type { ReleaseResult } from './result.ts';

/** What the release manager reads: one line, what ran of the plan, what was undone, what runs now, the evidence folded. */
export function summary(result: ReleaseResult): string {
  const { plan, phases, duration } = result;
  const remedy = remedyOf(result);
  return sections(
    verdictLine('release', { ...result, reason: headline(result) }),
    result.result === 'success' ? '' : `> ${escapeText(result.reason)}`,
    remedy === '' ? '' : `**What to do**: ${escapeText(remedy)}`,
    facts(result),
    phaseTable(result),
    undoneTable(result),
    phases.length === 0 ? planTable(plan) : '',
    timeline(
      phases.map(({ name, result: outcome, startedAt, endedAt }) => ({
        name,
        startedAt: new Date(startedAt).toISOString(),
        endedAt: new Date(endedAt).toISOString(),
        outcome,
      })),
      result.startedAt + duration,
    ),
    phases.length === 0 ? '' : details('The plan, as it was before anything began', planTable(plan)),
    ...folded(result),
    `Took ${formatDuration(duration)}.`,
  );
}

const said: Readonly<Record<PhaseName, string>> = {
  backup: 'backup',
  migration: 'migration',
  deploy: 'deploy',
  smoke: 'smoke test',
};

/** Short where it can be: the reason stands below it. */
function headline({ result, reason, asked, phases, undone, record }: ReleaseResult): string {
  const { name, namespace } = asked.deploy.release;
  const where = `${name} in ${namespace} (${asked.environment})`;
  // A dry run has no record.
  if (result === 'success' && record !== undefined) return `${where} is released`;
  if (result !== 'failure') return reason;
  const failed = said[phases.find((phase) => phase.result === 'failure')?.name ?? 'deploy'];
  if (undone.length === 0) return `${where}: the ${failed} failed, and nothing had to be undone`;
  return undone.every(({ good }) => good)
    ? `${where}: the ${failed} failed; everything is undone`
    : `${where}: the ${failed} failed, and not everything is undone`;
}

function facts({ asked, record, made }: ReleaseResult): string {
  const { name, namespace } = asked.deploy.release;
  const back = made.rollback?.done?.own;
  const backup = made.backup?.backup;
  return table(
    ['', ''],
    [
      ['Release', code(`${name} in ${namespace}`)],
      [
        'Environment',
        `${escapeText(asked.environment)}${asked.url === '' ? '' : `, ${escapeText(asked.url)}`}`,
      ],
      ...(record === undefined
        ? []
        : [['Record', `${code(record.id)} ${isVerified(record) ? '**verified**' : record.state}`]]),
      ...(back === undefined ? [] : [['Runs now', `revision ${back.revision}, by ${code(back.id)}`]]),
      ...(backup === undefined ? [] : [['Backup', `${code(backup.manifest.id)} at ${code(backup.uri)}`]]),
    ],
  );
}

const marks: Readonly<Record<ResultKind, string>> = {
  success: '✅',
  failure: '❌',
  inconclusive: '❔',
  cancelled: '⏹️',
  skipped: '⏭️',
};

/** Every phase of the plan, also those that nobody came to. */
function phaseTable({ plan, phases }: ReleaseResult): string {
  if (phases.length === 0) return '';
  const rows = plan.map(({ name }) => {
    const done = phases.find((phase) => phase.name === name);
    if (done === undefined) return [name, 'not begun', '', ''];
    const { result, reason, startedAt, endedAt } = done;
    return [name, `${marks[result]} ${result}`, formatDuration(endedAt - startedAt), escapeText(reason)];
  });
  return table(['Phase', 'Verdict', 'Took', ''], rows);
}

const undoneTable = ({ undone }: ReleaseResult): string =>
  table(
    ['Undone', '', ''],
    undone.map(({ what, good, detail }) => [what, good ? '✅' : '❌', escapeText(detail)]),
  );

const planTable = (plan: readonly PlannedPhase[]): string =>
  sections(
    table(
      ['Phase', 'What it does', 'Undo', 'How'],
      plan.map(({ name, does, undo, undone }) => [name, escapeText(does), `**${undo}**`, escapeText(undone)]),
    ),
    ...notUndone(plan).map(({ name, undone }) => `⚠️ The ${name} is not undone: ${escapeText(undone)}.`),
  );

/** Each action's own page, as it would have written it in a step of its own. */
function folded({ made, asked }: ReleaseResult): string[] {
  const { backup, deploy, smoke, rollback } = made;
  const began = deploy?.done === undefined || deploy.done.applied.revision !== undefined;
  return [
    ...(backup === undefined ? [] : [page('backup', reportBackup(backup).summary)]),
    ...(deploy === undefined || !began ? [] : [page('deploy', reportDeploy(deploy, asked.deploy).summary)]),
    ...(smoke === undefined ? [] : [page('smoke', reportSmoke(smoke).summary)]),
    ...(rollback === undefined
      ? []
      : [page('undo of the deploy', reportRollback(rollback, asked.rollback('', '')).summary)]),
  ];
}

/** What is folded in it lies open: a fold within a fold could not be cut when the page is too long. */
const page = (title: string, markdown: string): string =>
  details(
    title,
    markdown.replaceAll(/<details><summary>([^\n]*)<\/summary>/g, '#### $1').replaceAll('</details>', ''),
  );

/** What a person must do about what is not as it was; empty where nothing is. */
export function remedyOf({ result, undone, made, asked }: ReleaseResult): string {
  const migration = undone.find(({ what, good }) => what === 'migration' && !good);
  if (result !== 'failure' || migration === undefined) return '';
  const backup = made.backup?.backup;
  const data =
    backup === undefined
      ? 'restore-db brings an older backup beside the database'
      : `restore-db brings backup ${backup.manifest.id} beside the database (mode: beside)`;
  const by =
    asked.migration?.undo === 'manual' ? 'take the migration back by hand, or fix forward' : 'fix forward';
  return `what was migrated is still in the database: ${by}; ${data}`;
}
