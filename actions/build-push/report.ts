import { formatImageRef } from '../../lib/domain/image-ref.ts';
import type { Annotation, Report } from '../../lib/domain/report/result.ts';
import { summary } from './report-summary.ts';
import type { BuildPushResult } from './result.ts';

export const outputNames: readonly string[] = [
  'result',
  'reason',
  'report',
  'imageid',
  'digest',
  'metadata',
  'ref',
  'tag',
  'tags',
  'version',
  'source-hash',
  'built',
  'size',
  'previous-digest',
  'scan-report',
  'duration-ms',
];

/** What the workflow and the release manager get to see of it. */
export function report(result: BuildPushResult): Report {
  const { plan, image, scanned, published, duration, sourceHash, dryRun, failure, verified, phases } = result;
  const standing = tagsOf(result);
  return {
    outputs: {
      imageid: image?.shape?.imageId ?? image?.digest ?? '',
      digest: image?.digest ?? '',
      metadata: image?.metadata ?? '',
      ref: refOf(result),
      tag: standing[0] ?? '',
      tags: standing.join('\n'),
      version: plan.origin.version ?? '',
      'source-hash': sourceHash ?? '',
      built: image?.built ?? 'false',
      size: image?.digest === undefined ? '' : String(image.shape?.size ?? ''),
      'previous-digest': previousOf(result) ?? '',
      'scan-report': scanned?.report ?? '',
      'duration-ms': String(duration),
    },
    summary: summary(result),
    annotations: annotationsOf(result),
    data: {
      plan,
      sourceHash,
      image: { ...image, metadata: undefined },
      verified,
      scanned,
      published,
      failure,
      dryRun,
      phases,
    },
  };
}

/** Those of the plan that now stand for the digest in the first repository; a floating one that stayed is none. */
function tagsOf({ image, published }: BuildPushResult): string[] {
  const { digest } = image ?? {};
  const names = (published?.tags ?? [])
    .filter((each) => each.digest === digest && each.outcome !== 'stayed')
    .map(({ ref }) => ref.tag ?? '')
    .filter((tag) => tag !== '' && !tag.startsWith('src-'));
  return [...new Set(names)];
}

function refOf({ image, published }: BuildPushResult): string {
  const { digest, repository } = image ?? {};
  if (digest === undefined || repository === undefined) return '';
  const [first] = published?.tags ?? [];
  const { registry, repository: name } = first?.ref ?? repository;
  return formatImageRef({ registry, repository: name, digest });
}

/** Of the first tag that moved, what it stood for before. */
const previousOf = ({ published }: BuildPushResult): string | undefined =>
  published?.tags.find(({ before }) => before !== undefined)?.before;

function annotationsOf({ failure, verified, scanned, result, reason }: BuildPushResult): Annotation[] {
  if (result !== 'failure') return [];
  const lines = failure?.lines ?? (scanned?.outcome === 'fail' ? scanned.lines : verified?.lines) ?? [];
  return [{ kind: 'error', title: 'build-push', message: [`build-push: ${reason}`, ...lines].join('\n') }];
}
