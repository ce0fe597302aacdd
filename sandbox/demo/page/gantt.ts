import { clockTime, escape, lasting } from './html.ts';

interface Bar {
  readonly label: string;
  readonly state: 'done' | 'crit' | 'active' | '';
  readonly start: number;
  readonly end: number;
}

const colours = { done: '#4ac26b', crit: '#fa4549', active: '#54aeff', '': '#afb8c1' } as const;
const sizes = { width: 860, labels: 250, right: 70, row: 24, axis: 26 } as const;

/**
 * Draws the gantt charts that our summaries have (`label :done, start, end`, times in milliseconds), as GitHub would by
 * Mermaid. Undefined for any other diagram.
 */
export function drawGantt(source: string): string | undefined {
  if (!source.startsWith('gantt')) return undefined;
  const bars = source.split('\n').flatMap(barIn);
  if (bars.length === 0) return undefined;
  const from = Math.min(...bars.map(({ start }) => start));
  const to = Math.max(...bars.map(({ end }) => end), from + 1);
  const wide = sizes.width - sizes.labels - sizes.right;
  const x = (at: number): number => sizes.labels + ((at - from) / (to - from)) * wide;
  const height = bars.length * sizes.row + sizes.axis;
  return `<svg class="gantt" viewBox="0 0 ${sizes.width} ${height}" role="img" aria-label="timeline">
${ticks(from, to)
  .map((at) => tick(x(at), height, at))
  .join('\n')}
${bars.map((bar, row) => drawBar(bar, row, x)).join('\n')}
</svg>`;
}

function barIn(line: string): Bar[] {
  const [, label = '', state = '', start, end] =
    /^ *(.+?) +:(?:(done|crit|active), *)?(\d+), *(\d+)$/.exec(line) ?? [];
  if (label === '') return [];
  return [{ label, state: state as Bar['state'], start: Number(start), end: Number(end) }];
}

function drawBar({ label, state, start, end }: Bar, row: number, x: (at: number) => number): string {
  const [y, width] = [row * sizes.row, Math.max(x(end) - x(start), 3)];
  return `<text x="${sizes.labels - 10}" y="${y + 16}" text-anchor="end">${escape(label)}</text>
<rect x="${x(start)}" y="${y + 4}" width="${width}" height="${sizes.row - 8}" rx="3" fill="${colours[state]}"/>
<text class="took" x="${x(start) + width + 6}" y="${y + 16}">${lasting(end - start)}</text>`;
}

const tick = (x: number, height: number, at: number): string =>
  `<line x1="${x}" x2="${x}" y1="0" y2="${height - 18}"/><text class="time" x="${x}" y="${height - 4}" text-anchor="middle">${clockTime(at)}</text>`;

/** Whole seconds, at most six of them. */
function ticks(from: number, to: number): number[] {
  const step =
    [1, 2, 5, 10, 15, 30, 60, 120, 300].find((seconds) => (to - from) / (seconds * 1000) <= 6) ?? 600;
  const first = Math.ceil(from / (step * 1000)) * step * 1000;
  return Array.from(
    { length: Math.max(0, Math.floor((to - first) / (step * 1000)) + 1) },
    (_, n) => first + n * step * 1000,
  );
}
