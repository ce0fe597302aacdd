/** Evidence as people read it: in the log, folded in the summary, and whole in a file. */
import { columns } from '../report/columns.ts';
import { code, codeBlock, details, escapeText, sections, table } from '../report/markdown.ts';
import {
  describeRun,
  type ContainerFacts,
  type EventFacts,
  type Evidence,
  type Failure,
  type LogTail,
} from './types.ts';

/** `Deployment shop/web: CrashLoop`. */
export const titleOf = ({ subject, rule, cause }: Failure): string =>
  [subject, rule].filter((part) => part !== '').join(': ') || cause;

/** Whether there is more to it than the cause, which stands elsewhere already. */
export const tellsMore = ({ owners, events, logs, changes, containers }: Failure): boolean =>
  [owners, events, logs, changes, containers].some((part) => part.length > 0);

/** Without its logs, which nobody trusts: the caller prints those apart. */
export function failureLines(failure: Failure): string[] {
  const { cause, alike, owners, containers, events, changes, remedy } = failure;
  return columns(
    [
      ['cause', cause],
      ['owners', [...(owners.length === 0 ? [] : [owners.join(' → ')]), ...alike.map(alsoOf)].join('\n')],
      ['containers', containers.map(containerLine).join('\n')],
      ['events', events.map(eventLine).join('\n')],
      ['changed', changes.join('\n')],
      ['do', remedy],
    ].filter(([, text]) => text !== ''),
  );
}

const alsoOf = (other: string): string => `and ${other}, alike`;

const containerLine = ({ name, image, state, last, restarts }: ContainerFacts): string =>
  [`${name}: ${state}`, last === '' ? '' : `before: ${last}`, `restarts: ${restarts}`, image]
    .filter((part) => part !== '')
    .join('; ');

const eventLine = ({ about, reason, message, ...when }: EventFacts): string =>
  `${times(when)} ${about} ${reason}: ${message}`;

const times = ({ count, first, last }: Pick<EventFacts, 'count' | 'first' | 'last'>): string =>
  `${clockTime(first)}${first === last ? '' : `–${clockTime(last)}`} ×${count}`;

/** `12:00:03` of an ISO time, in UTC as all of the log. */
const clockTime = (iso: string): string => iso.slice(11, 19);

/** What the summary shows of one log: its end. The whole tail is in the file. */
const shownOfLog = 4 * 1024;

/** A section for each failure and one for each log, for a summary that is too long loses the longest of them first. */
export const foldedEvidence = ({ failures, missing }: Evidence): string =>
  sections(
    ...failures
      .filter(tellsMore)
      .flatMap((failure) => [
        details(`Evidence: ${titleOf(failure)}`, failureMarkdown(failure)),
        ...failure.logs.map((log) => details(`Log of ${describeRun(log)}`, foldedLog(log))),
      ]),
    missing.length === 0 ? undefined : details('Evidence that could not be had', list(missing)),
  );

function foldedLog(log: LogTail): string {
  const lines: string[] = [];
  let room = shownOfLog;
  for (const line of log.lines.toReversed()) {
    room -= Buffer.byteLength(line) + 1;
    if (room < 0) break;
    lines.unshift(line);
  }
  // A pod that prints the end of a folded section would end ours, once this one is cut.
  return logBlock({ lines, cut: log.cut || lines.length < log.lines.length }).replaceAll(
    '</details',
    '<\u200B/details',
  );
}

/** The whole of it as a file of its own. */
export const evidenceFile = (title: string, { failures, missing }: Evidence): string =>
  `${sections(
    `# ${escapeText(title)}`,
    ...failures.map((failure) =>
      sections(
        `## ${escapeText(titleOf(failure))}`,
        failureMarkdown(failure),
        ...failure.logs.map((log) => sections(`### Log of ${escapeText(describeRun(log))}`, logBlock(log))),
      ),
    ),
    missing.length === 0 ? undefined : sections('## What could not be had', list(missing)),
  )}\n`;

function failureMarkdown({ cause, alike, owners, containers, events, changes, remedy }: Failure): string {
  return sections(
    escapeText(cause),
    [owners.map(code).join(' → '), ...alike.map((other) => escapeText(alsoOf(other)))].join('  \n'),
    table(
      ['Container', 'State', 'Run before', 'Restarts', 'Image'],
      containers.map(({ name, state, last, restarts, image }) => [
        code(name),
        escapeText(state),
        escapeText(last),
        String(restarts),
        code(image),
      ]),
    ),
    table(
      ['Warning', 'Of', 'Says', 'Seen (UTC)'],
      events.map(({ reason, about, message, ...when }) => [
        escapeText(reason),
        code(about),
        escapeText(message),
        times(when),
      ]),
    ),
    changes.length === 0 ? undefined : sections('What the release changed:', list(changes)),
    remedy === '' ? undefined : `**What to do**: ${escapeText(remedy)}`,
  );
}

function logBlock({ lines, cut }: Pick<LogTail, 'lines' | 'cut'>): string {
  if (lines.every((line) => line.trim() === '')) return 'It said nothing.';
  return sections(cut ? 'Its end:' : undefined, codeBlock(lines.join('\n'), 'text'));
}

const list = (lines: readonly string[]): string => lines.map((line) => `- ${escapeText(line)}`).join('\n');
