import type { Annotation, Report } from '../../lib/domain/report/result.ts';
import type { Inputs } from './inputs.ts';
import { remedyOf, summary } from './report-summary.ts';
import type { ReleaseResult } from './result.ts';

export const outputNames: readonly string[] = [
  'result',
  'reason',
  'report',
  'failed-phase',
  'undone',
  'record',
  'record-file',
  'revision',
  'images',
  'environment-url',
  'deployment-id',
  'backup-id',
  'backup-uri',
  'evidence',
  'junit',
  'duration-ms',
];

/** What the workflow and the release manager get to see of a whole release. */
export function report(result: ReleaseResult, { environment }: Inputs): Report {
  const { plan, phases, undone, record } = result;
  return {
    outputs: outputsOf(result),
    summary: summary(result),
    annotations: annotationsOf(result),
    data: { environment, plan, phases, undone, record },
  };
}

function outputsOf({ phases, undone, made, asked, record, recordFile, duration }: ReleaseResult) {
  const failed = phases.find(({ result }) => result !== 'success' && result !== 'skipped');
  const { backup, deploy, smoke, rollback } = made;
  return {
    'failed-phase': failed?.name ?? '',
    undone: undone.length === 0 ? '' : String(undone.every(({ good }) => good)),
    record: record?.id ?? '',
    'record-file': recordFile,
    revision: String(rollback?.done?.own.revision ?? deploy?.done?.final?.revision ?? ''),
    images: JSON.stringify(rollback?.done?.own.to.images ?? record?.to.images ?? {}),
    'environment-url': asked.url,
    'deployment-id': String(rollback?.done?.deploymentId ?? record?.deploymentId ?? ''),
    'backup-id': backup?.backup?.manifest.id ?? '',
    'backup-uri': backup?.backup?.uri ?? '',
    evidence: deploy?.done?.evidence?.file ?? '',
    junit: smoke?.junitFile ?? '',
    'duration-ms': String(duration),
  };
}

function annotationsOf(result: ReleaseResult): Annotation[] {
  if (result.result === 'success' || result.result === 'skipped') return [];
  const remedy = remedyOf(result);
  return [
    { kind: 'error', title: 'release', message: `${result.reason}${remedy === '' ? '' : `\n${remedy}`}` },
  ];
}
