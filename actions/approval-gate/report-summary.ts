import { formatDuration } from '../../lib/domain/duration.ts';
import { code, escapeText, sections, table, verdictLine } from '../../lib/domain/report/markdown.ts';
import type { KeptDecision } from './audit.ts';
import type { GateResult } from './run.ts';

/** What the run page says behind the gate: who opened it, or everything that keeps it shut. */
export function verdictPage(result: Extract<GateResult, { mode: 'verify' | 'decide' }>): string {
  const { decided, duration } = result;
  return sections(
    verdictLine('approval-gate', result),
    ...(decided === undefined ? [] : sectionsOf(decided)),
    `Took ${formatDuration(duration)}.`,
  );
}

function sectionsOf({ decision, audit }: KeptDecision): string[] {
  const { approvedBy, approvedAt, comment, proposal } = audit;
  const about = proposal === '' ? '' : `Proposal ${code(proposal.slice(0, 12))}.`;
  if (decision.kind === 'shut')
    return [
      table(
        ['What keeps it shut', 'What to do'],
        decision.obstacles.map(({ what, remedy }) => [escapeText(what), escapeText(remedy)]),
      ),
      about,
    ];
  if (decision.kind === 'rejected') return [about];
  const when = approvedAt === '' ? '' : ` at ${approvedAt}`;
  const said = comment === '' ? '.' : `: ${escapeText(comment)}`;
  return [
    approvedBy === '' ? '' : `Approved by **${escapeText(approvedBy)}**${when}${said}`,
    ...decision.exceptions.map((exception) => `⚠️ ${escapeText(exception)}`),
    about,
  ];
}
