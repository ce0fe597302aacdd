import { formatDiff } from '../../lib/domain/manifest/diff.ts';
import type { Plan } from './plan.ts';

/** The plan for the log: what runs, what comes, what changes, and what may be wrong with it. */
export function planLines({ helm, chart, previous, images, diff, gated, advice, warnings }: Plan): string[] {
  const before =
    previous === undefined
      ? 'nothing: this is the first release'
      : `revision ${previous.revision}, ${previous.chart} ${previous.chartVersion}`;
  return [
    `runs now    ${before}`,
    `to come     ${chart.name} ${chart.version} with Helm ${helm.text}`,
    ...Object.entries(images).map(([container, image]) => `image       ${container} = ${image}`),
    `changes     ${diff.changes.length} objects, ${diff.unchanged} stay; ${gated.length} must become ready`,
    ...formatDiff(diff, 'summary', 40).map((line) => `  ${line}`),
    ...advice.map(({ subject, why, remedy }) => `advice      ${subject}: ${why}; ${remedy}`),
    ...warnings.map((warning) => `note        ${warning}`),
  ];
}
