import type { BackupManifest, Layer } from '../../lib/domain/database/backup-manifest.ts';
import { heldIn } from '../../lib/domain/database/fingerprint.ts';
import type { Fingerprint } from '../../lib/domain/database/fingerprint.ts';
import type { RetentionDecision } from '../../lib/domain/database/retention.ts';
import { formatDuration } from '../../lib/domain/duration.ts';
import { formatBytes } from '../../lib/domain/size.ts';
import { code, details, escapeText, sections, table, verdictLine } from '../../lib/domain/report/markdown.ts';
import { plural } from '../../lib/domain/words.ts';
import { cronJobFacts } from './report-cron-job.ts';
import type { BackupResult } from './run.ts';
import { provenWords } from './words.ts';

/** What somebody on call reads: what was saved and how far that is proven, then time, retention, and the rest folded. */
export function summary(result: BackupResult): string {
  const { backup, phases, plan, swept, warnings, duration } = result;
  return sections(
    verdictLine('backup-db', result),
    backup === undefined ? '' : facts(backup.manifest, backup.uri),
    result.cronJob === undefined ? '' : cronJobFacts(result.cronJob),
    ...(plan === undefined ? [] : planned(plan.steps)),
    warnings.map((line) => `- ⚠️ ${escapeText(line)}`).join('\n'),
    table(
      ['Phase', 'Took'],
      phases.map(([name, took]) => [escapeText(name), formatDuration(took)]),
    ),
    plan === undefined ? retained(result) : '',
    swept.length === 0 ? '' : details('Removed what killed runs left', swept.map(asItem).join('\n')),
    backup === undefined ? '' : tables(backup.manifest),
    backup === undefined ? '' : migrations(backup.manifest),
    `Took ${formatDuration(duration)}.`,
  );
}

function facts(manifest: BackupManifest, uri: string): string {
  const { id, takenAt, verified, object, raw, layers, fingerprint, serverVersion, globals, place } = manifest;
  const { restoredInto, restoreSeconds } = verified;
  const proof = restoredInto === undefined ? '' : `, in ${escapeText(restoredInto)}`;
  const { extraArgs = [] } = manifest;
  return table(
    ['Backup', code(id)],
    [
      ['Of', `${escapeText(place)}, ${escapeText(serverVersion)}`],
      ['As it was at', escapeText(takenAt)],
      ['Proven', `**${verified.level}**: ${provenWords[verified.level]}${proof}`],
      ...(restoreSeconds === undefined ? [] : [['Restore took', formatDuration(restoreSeconds * 1_000)]]),
      ['Size', `${formatBytes(object.bytes)}, from ${formatBytes(raw.bytes)}`],
      ['Rows', rowsOf(fingerprint)],
      ...(extraArgs.length === 0 ? [] : [['Dumped with', extraArgs.map(code).join(' ')]]),
      ['Roles and grants', globals === undefined ? 'not in it' : `in it, ${formatBytes(globals.bytes)}`],
      ['Encrypted', encryption(layers)],
      ['Where', code(uri)],
      ['SHA-256', code(object.sha256)],
    ],
  );
}

function encryption(layers: readonly Layer[]): string {
  const age = layers.find((layer) => layer.kind === 'age');
  if (age?.kind !== 'age') return '**no**';
  return `age, for ${age.recipients.map((recipient) => code(`${recipient.slice(0, 12)}…`)).join(', ')}`;
}

function rowsOf(fingerprint: Fingerprint): string {
  const { tables: many, rows, largeObjects } = heldIn(fingerprint);
  const how = fingerprint.kind === 'rows' ? 'every row hashed' : 'counted';
  const large = largeObjects === 0 ? '' : ` and ${plural(largeObjects, 'large object')}`;
  return `${rows.toLocaleString('en')} in ${plural(many, 'table')}${large}, ${how}`;
}

const planned = (steps: readonly string[]): string[] => [
  '**Dry run**: nothing was changed.',
  steps.map((step, at) => `${at + 1}. ${escapeText(step)}`).join('\n'),
];

const shown = 20;

function retained({ fates }: BackupResult): string {
  if (fates === undefined || fates.length === 0) return '';
  const deleted = fates.filter(({ fate }) => fate === 'deleted').length;
  const line = `Retention: ${fates.length - deleted} kept, ${deleted} deleted.`;
  const few = fates.slice(0, shown);
  const rest = fates.length > few.length ? `And ${fates.length - few.length} more, in the report.` : '';
  return sections(line, details('Which, and why', sections(fateTable(few), rest)));
}

const fateTable = (fates: readonly RetentionDecision[]): string =>
  table(
    ['Backup', '', 'Why'],
    fates.map(({ id, fate, why }) => [code(id), fate, escapeText(why)]),
  );

/** The largest first: who reads on looks for those. */
function tables({ fingerprint, withoutRows }: BackupManifest): string {
  const largest = [...fingerprint.tables].sort((a, b) => b.rows - a.rows).slice(0, shown);
  const more = fingerprint.tables.length - largest.length;
  return details(
    `Tables (${heldIn(fingerprint).tables})`,
    sections(
      table(
        ['Table', 'Rows'],
        largest.map(({ name, rows }) => [code(name), rows.toLocaleString('en')]),
      ),
      more > 0 ? `And ${more} smaller ones, in the manifest.` : '',
      withoutRows.length === 0 ? '' : `Without their rows, as asked: ${withoutRows.map(code).join(', ')}.`,
    ),
  );
}

function migrations({ migrations: all }: BackupManifest): string {
  const rows = all.map(({ tool, table: name, applied, unfinished }) => [
    tool,
    code(name),
    String(applied.length),
    code(applied.at(-1)?.id ?? ''),
    unfinished.length === 0 ? '' : `**unfinished: ${unfinished.map(code).join(', ')}**`,
  ]);
  return table(['Migrations', 'Table', 'Applied', 'Last', ''], rows);
}

const asItem = (line: string): string => `- ${escapeText(line)}`;
