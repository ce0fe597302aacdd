/** What is known of the release from elsewhere: the record of the environment before, and reports of other steps. */
import { formatDuration } from '../../lib/domain/duration.ts';
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
    table(['Known of it', '', 'By'], [...verdicts, ...reports]),
    ...told.map((each) => warningsOf(each)),
    ...told.map((each) => changesThere(each, proposal)),
  );
}

/** Which step said it, of which environment, and how long ago: what it says was true then, and need not be now. */
function source({ run, environment, at }: Told, proposal: Proposal): string {
  const where = environment === undefined ? '' : `, ${escapeText(environment)}`;
  return `${run === proposal.run ? 'this run' : `run ${escapeText(run)}`}${where}\n${agoSaid(at, proposal)}`;
}

const agoSaid = (at: number, { proposedAt }: Proposal): string =>
  `${age(Math.max(0, Date.parse(proposedAt) - at))} ago`;

const day: Milliseconds = 86_400_000;

const age = (ms: Milliseconds): string =>
  ms < 2 * day ? formatDuration(ms) : plural(Math.floor(ms / day), 'day');

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
      `What it would change in ${proposal.environment}, as of ${agoSaid(at, proposal)}`,
      codeBlock(wouldChange.join('\n'), 'diff'),
    );
  const here = escapeText(proposal.environment);
  const why =
    environment === undefined
      ? `names no environment; give it ${code(`environment: ${proposal.environment}`)}`
      : `was of ${escapeText(environment)}, not of ${here}`;
  return `**What it would change in ${here}** is not known: the dry run of ${escapeText(action)} ${why}.`;
}
