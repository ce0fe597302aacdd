import { formatDuration } from '../../lib/domain/duration.ts';
import { chartAddress } from '../../lib/domain/published-chart/destination.ts';
import { code, codeBlock, details, sections, table, verdictLine } from '../../lib/domain/report/markdown.ts';
import type { Report } from '../../lib/domain/report/result.ts';
import type { PublishResult } from './run.ts';

export const outputNames: readonly string[] = [
  'result',
  'reason',
  'report',
  'name',
  'version',
  'app-version',
  'chart',
  'digest',
  'references',
  'published',
  'source-hash',
];

/** What the workflow and the release manager get to see of it. */
export function report(result: PublishResult): Report {
  const { chart, places, lint } = result;
  const registry = places.find(({ destination }) => destination.kind === 'oci');
  const first = registry ?? places[0];
  return {
    outputs: {
      name: chart.name,
      version: chart.version,
      'app-version': chart.appVersion,
      chart:
        registry === undefined || registry.digest === ''
          ? ''
          : `${chartAddress(registry.destination, chart.name)}@${registry.digest}`,
      digest: first?.digest ?? '',
      references: places.map(({ reference }) => reference).join('\n'),
      published: String(!result.planned && places.some(({ kind }) => kind === 'published')),
      'source-hash': chart.sourceHash,
    },
    summary: summary(result),
    annotations: lint
      .filter((line) => line.startsWith('[WARNING]'))
      .map((message) => ({ kind: 'warning', title: `publish-chart: ${chart.name}`, message })),
    data: { name: chart.name, version: chart.version, sourceHash: chart.sourceHash, places, lint },
  };
}

function summary(result: PublishResult): string {
  const { chart, places, lint, duration, planned, signed } = result;
  const words = {
    published: planned ? 'would be published' : 'published now',
    there: 'was there, the same chart',
  };
  return sections(
    verdictLine('publish-chart', result),
    table(
      ['Place', 'Chart', 'Digest'],
      places.map(({ reference, kind, digest }) => [
        code(reference),
        words[kind],
        digest === '' ? '' : code(digest),
      ]),
    ),
    `Chart ${code(chart.name)} ${code(chart.version)}, application ${code(chart.appVersion || 'not named')}, source ${code(chart.sourceHash.slice(0, 12))}${signed ? '; signed' : ''}.`,
    lint.length === 0
      ? undefined
      : details(
          `helm lint: ${lint.length} ${lint.length === 1 ? 'remark' : 'remarks'}`,
          codeBlock(lint.join('\n')),
        ),
    `Took ${formatDuration(duration)}.`,
  );
}
