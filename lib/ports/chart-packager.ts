import type { Chart } from '../domain/chart.ts';
import type { PackedChart } from '../domain/published-chart/types.ts';

export type { PackedChart };

export interface Lint {
  readonly passed: boolean;
  /** What helm has to say, a line each. */
  readonly lines: readonly string[];
}

/** Makes of a chart's folder what is published. */
export interface ChartPackager {
  lint(
    chart: Chart,
    options: { readonly strict: boolean; readonly valuesFiles: readonly string[] },
  ): Promise<Lint>;
  /** Throws TargetError when helm cannot pack it (a dependency that is missing, a version that is none). */
  pack(
    chart: Chart,
    options: { readonly version?: string; readonly appVersion?: string },
  ): Promise<PackedChart>;
  /** `sourceHash` of an archive that somebody else packed. */
  sourceHashOf(archive: Uint8Array): Promise<string>;
}
