import { formatImageRef } from '../../lib/domain/image-ref.ts';
import type { Annotation, Report } from '../../lib/domain/report/result.ts';
import type { Inputs } from './inputs.ts';
import { summary } from './report-summary.ts';
import type { PromoteResult } from './run.ts';

export const outputNames: readonly string[] = [
  'result',
  'reason',
  'report',
  'digest',
  'ref',
  'tags',
  'copied-bytes',
  'mounted-blobs',
  'record-file',
  'duration-ms',
];

/** What the workflow and the release manager get to see of it. */
export function report(result: PromoteResult, { destinations }: Inputs): Report {
  const { source, copied, tags, plan, window, requirements, recordFile, duration } = result;
  const { digest, facts } = source;
  const standing = tags.filter((tag) => tag.digest === digest).map(({ ref }) => formatImageRef(ref));
  const [first] = destinations;
  const sum = (of: 'bytes' | 'mounted'): string =>
    String(copied.reduce((total, each) => total + each[of], 0));
  return {
    outputs: {
      digest,
      ref: first === undefined ? '' : formatImageRef({ ...first, digest }),
      tags: JSON.stringify(standing),
      'copied-bytes': sum('bytes'),
      'mounted-blobs': sum('mounted'),
      'record-file': recordFile,
      'duration-ms': String(duration),
    },
    summary: summary(result),
    annotations: annotationsOf(result),
    data: { source: formatImageRef(source.ref), facts, requirements, copied, tags, window, plan },
  };
}

const annotationsOf = ({ tags, copied }: PromoteResult): Annotation[] => [
  ...tags
    .filter(({ outcome }) => outcome === 'stayed')
    .map(({ ref, why = '' }) => ({
      kind: 'notice' as const,
      title: `promote: ${formatImageRef(ref)} stayed`,
      message: why,
    })),
  ...copied
    .flatMap(({ notes }) => notes)
    .map((message) => ({ kind: 'warning' as const, title: 'promote', message })),
];
