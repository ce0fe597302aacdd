/** What is known of the release from elsewhere: the record of the environment before, and reports of other steps. */
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { isAbout } from '../../lib/domain/gate/evidence.ts';
import type { Told } from '../../lib/domain/gate/evidence.ts';
import type { Proposal } from '../../lib/domain/gate/proposal.ts';
import { code, codeBlock, details, escapeText, sections, table } from '../../lib/domain/report/markdown.ts';
import { plural } from '../../lib/domain/words.ts';
import type { ProposeResult } from './propose.ts';

export function knownOf({
  record,
  told,
  proposal,
}: Pick<ProposeResult, 'record' | 'told' | 'proposal'>): string {
  const verdicts = (record?.verdicts ?? []).map(({ name, outcome, reason, at }) => [
    `${outcome === 'pass' ? '✅' : outcome === 'fail' ? '❌' : '❔'} ${escapeText(name)}`,
    escapeText(reason),
    `${code(record?.id ?? '')}\n${agoSaid(Date.parse(at), proposal)}`,
  ]);
  const reports = told.map((each) => [
    `${each.result === 'success' ? '✅' : each.result === 'skipped' ? '⏭️' : '❌'} ${escapeText(each.action)}`,
    escapeText(each.reason),
    source(each, proposal),
  ]);
  return sections(
    table(['What is known', '', 'From'], [...verdicts, ...reports]),
    ...told.map((each) => warningsOf(each)),
    ...told.map((each) => changesThere(each, proposal)),
  );
}

/** Which step said it, of which environment, and how long ago: what it says was true then, and need not be now. */
function source({ run, environment, at }: Told, proposal: Proposal): string {
  const where = environment === undefined ? '' : `, ${escapeText(environment)}`;
  return `${run === proposal.run ? 'this run' : `run ${escapeText(run)}`}${where}\n${agoSaid(at, proposal)}`;
}

const agoSaid = (at: number, { proposedAt }: Proposal): string => age(Date.parse(proposedAt) - at);

function age(ms: Milliseconds): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 120) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}

function warningsOf({ warnings, environment }: Told): string {
  if (warnings.length === 0) return '';
  const where = environment === undefined ? '' : ` in ${environment}`;
  return details(
    `${plural(warnings.length, 'warning')} of the preflight${where}`,
    warnings.map((each) => `- ${escapeText(each)}`).join('\n'),
  );
}

/** Of a dry run. One of another environment tells nothing of this one. */
function changesThere(told: Told, proposal: Proposal): string {
  const { action, environment, wouldChange, at } = told;
  if (wouldChange.length === 0) return '';
  if (isAbout(proposal.environment, told))
    return details(
      `What it would change in ${proposal.environment} (${agoSaid(at, proposal)})`,
      codeBlock(wouldChange.join('\n'), 'diff'),
    );
  const here = escapeText(proposal.environment);
  const why =
    environment === undefined
      ? `names no environment; give it ${code(`environment: ${proposal.environment}`)}`
      : `was of ${escapeText(environment)}, not of ${here}`;
  return `**What it would change in ${here}** is not known: the dry run of ${escapeText(action)} ${why}.`;
}
