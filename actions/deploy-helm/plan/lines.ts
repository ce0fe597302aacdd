import { approvalLine } from '../../../lib/domain/gate/audit.ts';
import { formatDiff } from '../../../lib/domain/manifest/diff.ts';
import { plural } from '../../../lib/domain/words.ts';
import type { Plan } from './plan.ts';

/** The plan for the log: what runs, what comes, what changes, and what may be wrong with it. */
export function planLines(plan: Plan): string[] {
  const { helm, chart, previous, images, diff, gated, advice, warnings, first, approval } = plan;
  const before =
    previous === undefined
      ? 'nothing: this is the first release'
      : `revision ${previous.revision}, ${previous.chart} ${previous.chartVersion}`;
  return [
    `runs now    ${before}`,
    `to come     ${chart.name} ${chart.version} with Helm ${helm.text}`,
    ...Object.entries(images).map(([container, image]) => `image       ${container} = ${image}`),
    ...(approval === undefined ? [] : [`approved    ${approvalLine(approval)}`]),
    ...first.map((step) => `first       ${step}`),
    `changes     ${plural(diff.changes.length, 'object')}, unchanged ${diff.unchanged}; ${plural(gated.length, 'object')} must become ready`,
    ...formatDiff(diff, 'summary', 40).map((line) => `  ${line}`),
    ...advice.map(({ subject, why, remedy }) => `advice      ${subject}: ${why}; ${remedy}`),
    ...warnings.map((warning) => `note        ${warning}`),
  ];
}
