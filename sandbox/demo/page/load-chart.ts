import type { LoadReport } from '../load.ts';
import type { JobRun } from '../../act/workflow-run.ts';
import { escape, lasting } from './html.ts';

/** A version has the same colour in every chart; '' is a lost request. */
const colours: Readonly<Record<string, string>> = {
  v1: '#218bff',
  v2: '#2da44e',
  v3: '#bf8700',
  '': '#cf222e',
};
const sizes = { width: 860, height: 120, axis: 44 } as const;

/** Which version answered the requests of each second, one bar a second, and when the job was at work. */
export function loadChart(load: LoadReport, perSecond: number, job: JobRun): string {
  const versions = [...new Set(load.seconds.flatMap((second) => Object.keys(second)))]
    .filter((version) => version !== '')
    .sort();
  const colour = (version: string): string => colours[version] ?? '#57606a';
  const wide = sizes.width / Math.max(load.seconds.length, 20);
  const bars = load.seconds.map((second, at) => {
    let top = sizes.height;
    return [...versions, '']
      .filter((version) => second[version] !== undefined)
      .map((version) => {
        const high = ((second[version] ?? 0) / perSecond) * (sizes.height - 8);
        top -= high;
        return `<rect x="${at * wide}" y="${top}" width="${wide - 1.5}" height="${high}" fill="${colour(version)}"/>`;
      })
      .join('');
  });
  const every = load.seconds.length > 40 ? 10 : 5;
  const marks = load.seconds.map((_, at) =>
    at % every === 0 ? `<text class="time" x="${at * wide}" y="${sizes.height + 14}">${at} s</text>` : '',
  );
  const legend = [...versions, ...(load.lost > 0 ? [''] : [])].map(
    (version) =>
      `<span class="key"><i style="background:${colour(version)}"></i>${version === '' ? 'lost' : `answered by ${escape(version)}`}</span>`,
  );
  return `<div class="load"><svg viewBox="0 0 ${sizes.width} ${sizes.height + sizes.axis}" role="img" aria-label="requests by version">
${bars.join('')}${marks.join('')}${jobSpan(load, job, wide)}</svg>
<p class="small">${legend.join(' ')}</p>
<p><b>${load.sent.toLocaleString('en')}</b> requests in ${lasting(load.endedAt - load.startedAt)}, <b class="${load.lost === 0 ? 'good' : 'bad'}">${load.lost} lost</b>, ${load.slow} slow${causesOf(load)};
half the time ≤ ${load.latency.p50.toFixed(0)} ms, 99 % ≤ ${load.latency.p99.toFixed(0)} ms, slowest ${load.latency.max.toFixed(0)} ms from when it was due</p></div>`;
}

/** A line under the bars from the job's beginning to its end. */
function jobSpan({ startedAt }: LoadReport, job: JobRun, wide: number): string {
  if (job.startedAt === undefined) return '';
  const [from, to] = [job.startedAt, job.endedAt ?? job.startedAt].map(
    (at) => ((at - startedAt) / 1000) * wide,
  ) as [number, number];
  const y = sizes.height + 24;
  return `<rect x="${from}" y="${y}" width="${to - from}" height="4" rx="2" fill="#57606a"/>
<text class="time" x="${from}" y="${y + 17}">job ${escape(job.name)}</text>`;
}

const causesOf = ({ causes }: LoadReport): string =>
  Object.keys(causes).length === 0
    ? ''
    : ` (${Object.entries(causes)
        .map(([cause, times]) => `${times} × ${escape(cause)}`)
        .join(', ')})`;
