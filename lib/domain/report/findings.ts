import { formatDuration } from '../duration.ts';
import type { Finding, Verdict } from '../verdict/types.ts';
import { code, details, escapeText, table } from './markdown.ts';

type Judged = Pick<Verdict, 'outcome' | 'reason' | 'findings' | 'at'>;

/** The finding that the verdict rests on, or that says most of why; undefined where none does. */
export function decisiveFinding({ outcome, reason, findings }: Judged): Finding | undefined {
  const named = findings.find(({ subject, cause }) => `${subject}: ${cause}` === reason);
  const terminal = findings.find(({ severity }) => severity === 'terminal');
  const likely = findings.find(({ severity }) => severity === 'likely');
  return named ?? terminal ?? (outcome === 'fail' ? likely : undefined);
}

/** Every finding with its proof, the decisive one first, folded. Empty without any. */
export function findingsTable(verdict: Judged): string {
  const decisive = decisiveFinding(verdict);
  const rest = verdict.findings.filter((finding) => finding !== decisive);
  const rows = (decisive === undefined ? rest : [decisive, ...rest]).map((finding) => [
    code(finding.subject),
    [finding.severity, stood(finding, verdict.at)].filter(Boolean).join('\n'),
    escapeText(finding.cause),
    finding.proof === finding.cause ? '' : escapeText(finding.proof),
    escapeText(finding.remedy),
  ]);
  if (rows.length === 0) return '';
  return details('Findings', table(['Object', 'Severity', 'Cause', 'Proof', 'What to do'], rows));
}

/** How long it had stood when the verdict was given; nothing of what is true of a moment. */
function stood({ firstSeen }: Finding, at: number): string {
  return at > firstSeen ? `stood ${formatDuration(at - firstSeen)}` : '';
}
