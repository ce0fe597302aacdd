import { lasting } from './page/html.ts';
import type { Chapter } from './story.ts';

/** What happened and how long each part took, for a terminal. */
export function closingTable(
  parts: readonly (readonly [string, number])[],
  chapters: readonly Chapter[],
): string {
  const rows = [
    ['', 'took', 'requests', 'lost', 'slow', 'as told'],
    ...parts.map(([part, took]) => [part, lasting(took), '', '', '', '']),
    ...chapters.map(({ title, run, load, differs }) => [
      title,
      lasting(run.endedAt - run.startedAt),
      ...(load === undefined ? ['', '', ''] : [load.sent, load.lost, load.slow].map(String)),
      differs.length === 0 ? 'yes' : 'NO',
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return [line(rows[0] ?? []), ...rows.slice(1).map(line)].join('\n');
}
