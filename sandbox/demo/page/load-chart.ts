import type { LoadReport } from '../load.ts';
import type { Conclusion, JobRun, StepRun } from '../../act/workflow-run.ts';
import { escape, lasting } from './html.ts';

/** A version has the same colour in every chart; '' is a lost request. */
const colours: Readonly<Record<string, string>> = {
  v1: '#218bff',
  v3: '#bf8700',
  '': '#cf222e',
};
/** What the workflow built itself, whatever version it gave it. */
const built = '#2da44e';
const sizes = { width: 860, height: 120, axis: 46 } as const;

/** Which version answered the requests of each second, one bar a second, and below it what the job was doing. */
export function loadChart(load: LoadReport, perSecond: number, job: JobRun): string {
  const versions = [...new Set(load.seconds.flatMap((second) => Object.keys(second)))]
    .filter((version) => version !== '')
    .sort();
  const colour = (version: string): string => colours[version] ?? built;
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
${bars.join('')}${marks.join('')}${stepBars(load, job, wide)}</svg>
<p class="small">${legend.join(' ')}</p>
<p><b>${load.sent.toLocaleString('en')}</b> requests in ${lasting(load.endedAt - load.startedAt)}, <b class="${load.lost === 0 ? 'good' : 'bad'}">${load.lost} lost</b>, ${load.slow} slow${load.again > 0 ? `, ${load.again} sent again on a new connection` : ''}${causesOf(load)};
half the time ≤ ${load.latency.p50.toFixed(0)} ms, 99 % ≤ ${load.latency.p99.toFixed(0)} ms, slowest ${load.latency.max.toFixed(0)} ms from when it was due</p></div>`;
}

/** Under the bars, on the same clock, the steps of the job that took long enough to be seen. */
function stepBars({ startedAt }: LoadReport, job: JobRun, wide: number): string {
  const x = (at: number): number => ((at - startedAt) / 1000) * wide;
  const y = sizes.height + 22;
  return job.steps
    .map((step) => {
      const { startedAt: from, endedAt: to, result } = step;
      if (from === undefined || to === undefined || to - from < 300) return '';
      const width = Math.max(x(to) - x(from) - 1.5, 2);
      const label = `${shortName(step)} ${lasting(to - from)}`;
      const fits = width > label.length * 6 + 8;
      return `<rect class="step" x="${x(from)}" y="${y}" width="${width}" height="20" rx="3" fill="${stepColours[result]}"><title>${escape(label)}</title></rect>
${fits ? `<text class="step" x="${x(from) + 6}" y="${y + 14}">${escape(label)}</text>` : ''}`;
    })
    .join('');
}

const stepColours: Readonly<Record<Conclusion, string>> = {
  success: '#4ac26b',
  failure: '#fa4549',
  skipped: '#afb8c1',
};

/** `smoke-test` of `Run OWNER/slipway/actions/smoke-test@0000…`. */
const shortName = ({ name }: StepRun): string => /([^/@]+)(?:@[^/]*)?$/.exec(name)?.[1] ?? name;

const causesOf = ({ causes }: LoadReport): string =>
  Object.keys(causes).length === 0
    ? ''
    : ` (${Object.entries(causes)
        .map(([cause, times]) => `${times} × ${escape(cause)}`)
        .join(', ')})`;
