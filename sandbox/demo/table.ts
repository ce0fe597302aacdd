import { lasting } from './page/html.ts';
import type { Chapter } from './story.ts';
import { wayBackOf } from './way-back.ts';

/** What happened and how long each part took, for a terminal. */
export function closingTable(
  parts: readonly (readonly [string, number])[],
  chapters: readonly Chapter[],
): string {
  const rows = [
    ['', 'took', 'requests', 'lost', 'slow', 'as told'],
    ...parts.flatMap((part) => [row(part, chapters), ...wayBackRows(part[0], chapters)]),
  ];
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  const padded = (cells: readonly string[]): string[] =>
    cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
  return rows.map((cells) => padded(cells).join('  ').trimEnd()).join('\n');
}

function row([part, took]: readonly [string, number], chapters: readonly Chapter[]): string[] {
  const chapter = chapters.find(({ title }) => title === part);
  const load = chapter?.load;
  return [
    part,
    lasting(took),
    ...(load === undefined ? ['', '', ''] : [load.sent, load.lost, load.slow].map(String)),
    chapter === undefined ? '' : chapter.differs.length === 0 ? 'yes' : 'NO',
  ];
}

function wayBackRows(part: string, chapters: readonly Chapter[]): string[][] {
  const jobs = chapters.find(({ title }) => title === part)?.run.jobs ?? [];
  return jobs.flatMap((job) => {
    const way = wayBackOf(job);
    if (way === undefined) return [];
    return [
      [`  ready in ${job.name}, then caught by the smoke test after`, lasting(way.caughtAfter)],
      [`  ${way.ending} in`, lasting(way.undoneIn)],
    ];
  });
}
