import type { Environment } from '../../lib/domain/environments/types.ts';
import { code, details, escapeText, sections, table, verdictLine } from '../../lib/domain/report/markdown.ts';
import { plural } from '../../lib/domain/words.ts';
import type { ModulePlan } from './change.ts';
import type { PlanResult } from './run.ts';

const mostShown = 20;

/** What the release manager reads: what goes where, under which name, and why. */
export function summary(result: PlanResult): string {
  const { deploy, environment, modules, notes } = result;
  return sections(
    verdictLine('plan-release', result),
    deploy ? planTable(result) : undefined,
    deploy && environment !== undefined ? targetsTable(environment) : undefined,
    modulesSection(modules),
    notes.length === 0 ? undefined : notes.map((note) => `- ⚠️ ${escapeText(note)}`).join('\n'),
    environment === undefined ? undefined : settingsSection(environment),
  );
}

function planTable({ environment, version, tags, digest, occasion }: PlanResult): string {
  const production = environment?.production === true ? ' (production)' : '';
  const rows: (readonly [string, string])[] = [
    ['Environment', `**${escapeText(environment?.name ?? '')}**${production}`],
    ['Version', `${code(version?.version ?? '')} (${escapeText(version?.why ?? '')})`],
    ['Commit', `${code(occasion.sha)} of ${escapeText(occasion.says)}`],
    ['Tags', tags.map(code).join('<br>')],
    ['Digest', code(digest)],
    ['Address', escapeText(environment?.url ?? '')],
  ];
  return table(
    ['', ''],
    rows.filter(([, text]) => text !== ''),
  );
}

/** Only where there is a choice of them. */
function targetsTable({ name, targets }: Environment): string | undefined {
  if (targets.length === 1 && targets[0]?.name === name) return undefined;
  const rows = targets.map((target) => [
    String(target.wave),
    code(target.name),
    code(target.namespace),
    target.valuesFiles.map(code).join('<br>'),
    escapeText(target.url),
  ]);
  return table(['Wave', 'Target', 'Namespace', 'Values files', 'Address'], rows);
}

function modulesSection({ known, changed, why, outside }: ModulePlan): string | undefined {
  if (known === 0 || why === '') return undefined;
  const head = `**${changed.length} of ${plural(known, 'module')}** to build, ${escapeText(why)}.`;
  const rows = changed.map((module) => [code(module.name), escapeText(module.why)]);
  const others =
    outside.length === 0
      ? undefined
      : details(
          `${plural(outside.length, 'changed file')} of no module`,
          `${outside
            .slice(0, mostShown)
            .map((file) => `- ${code(file)}`)
            .join('\n')}${outside.length > mostShown ? `\n- and ${outside.length - mostShown} more` : ''}`,
        );
  return sections(head, table(['Module', 'Because of'], rows), others);
}

function settingsSection({ name, settings }: Environment): string | undefined {
  const rows = Object.entries(settings).map(([key, value]) => [
    code(key),
    code(typeof value === 'string' ? value : JSON.stringify(value)),
  ]);
  return rows.length === 0 ? undefined : details(`Settings of ${name}`, table(['Setting', 'Value'], rows));
}
