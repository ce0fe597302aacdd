import type { RecordStep } from '../record/types.ts';
import { codeBlock } from './markdown.ts';

/** Mermaid's gantt colours: done grey-green, crit red, active blue. */
const tag: Readonly<Record<NonNullable<RecordStep['outcome']>, string>> = {
  success: 'done, ',
  failure: 'crit, ',
  inconclusive: 'crit, ',
  cancelled: 'crit, ',
  skipped: '',
};

/** A Mermaid gantt chart of the steps that have begun; empty without any. A step without an end lasts until `now`. */
export function timeline(
  steps: readonly Pick<RecordStep, 'name' | 'startedAt' | 'endedAt' | 'outcome'>[],
  now: number,
): string {
  if (steps.length === 0) return '';
  const rows = steps.map((step) => {
    const start = Date.parse(step.startedAt);
    const end = step.endedAt === undefined ? now : Date.parse(step.endedAt);
    const state = step.outcome === undefined ? 'active, ' : tag[step.outcome];
    // Mermaid draws nothing for a bar without length.
    return `  ${mermaidLabel(step.name)} :${state}${start}, ${Math.max(end, start + 1)}`;
  });
  return codeBlock(['gantt', '  dateFormat x', '  axisFormat %H:%M:%S', ...rows].join('\n'), 'mermaid');
}

/** Mermaid ends a label at `:` and takes `;` and `#` for itself; HTML in it is markup. */
export const mermaidLabel = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[:;#<>"`%{}]/g, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim() || 'step';
