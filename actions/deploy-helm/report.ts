import { maskSecretsOf } from '../../lib/domain/manifest/conceal.ts';
import { formatDiff } from '../../lib/domain/manifest/diff.ts';
import { parseManifest } from '../../lib/domain/manifest/parse.ts';
import { decisiveFinding } from '../../lib/domain/report/findings.ts';
import type { Annotation, Report } from '../../lib/domain/report/result.ts';
import { leftOut } from '../../lib/domain/verdict/replay.ts';
import type { Applied } from './ship/apply.ts';
import type { Inputs } from './inputs.ts';
import type { DeployResult } from './run.ts';
import { imagesNow, summary } from './report-summary.ts';

export const outputNames: readonly string[] = [
  'result',
  'reason',
  'report',
  'revision',
  'previous-revision',
  'status',
  'chart-version',
  'chart-digest',
  'images',
  'environment-url',
  'record',
  'record-file',
  'evidence',
  'deployment-id',
  'notes',
  'duration-ms',
];

const notesLimit = 8 * 1024;

/** What the workflow and the release manager get to see of a release. */
export function report(result: DeployResult, inputs: Inputs): Report {
  const { plan, done } = result;
  return {
    outputs: outputsOf(result, inputs),
    summary: summary(result, inputs),
    annotations: annotationsOf(result),
    data: {
      environment: inputs.environment,
      plan: {
        chart: plan.chart.name,
        chartVersion: plan.chart.version,
        images: plan.images,
        warnings: plan.warnings,
        advice: plan.advice,
        changes: inputs.diff === 'off' ? [] : formatDiff(plan.diff, inputs.diff),
      },
      ...(done === undefined
        ? {}
        : {
            record: done.record,
            verdict: done.verdict,
            evidence: done.evidence?.evidence,
            takenBack: done.takenBack,
            ...replayable(done.applied),
          }),
    },
  };
}

/** All that `npm run replay` needs to give the watcher's verdict again. */
function replayable({ verdict, expectation, observations }: Applied): object {
  const missing = leftOut(observations);
  return {
    ...(expectation === undefined ? {} : { judged: { verdict, expectation } }),
    ...(missing === undefined ? {} : { notReplayable: missing }),
    observations,
  };
}

function outputsOf(result: DeployResult, inputs: Inputs): Record<string, string> {
  const { plan, done, duration } = result;
  return {
    revision: String(done?.final?.revision ?? plan.previous?.revision ?? ''),
    'previous-revision': String(plan.previous?.revision ?? ''),
    status: done?.final?.status ?? plan.previous?.status ?? '',
    'chart-version': plan.chart.version,
    'chart-digest': plan.chart.digest,
    images: JSON.stringify(imagesNow(result)),
    'environment-url': inputs.environmentUrl,
    record: done?.record.id ?? '',
    'record-file': done?.recordFile ?? '',
    evidence: done?.evidence?.file ?? '',
    'deployment-id': String(done?.record.deploymentId ?? ''),
    notes: notesOf(result),
    'duration-ms': String(duration),
  };
}

/** A chart's NOTES.txt may print what its Secrets hold; an output is shown to whoever reads the run. */
function notesOf({ plan, done }: DeployResult): string {
  const objects = parseManifest(plan.rendered.manifest, () => '').map(({ object }) => object);
  const notes = done?.applied.release?.notes ?? plan.rendered.notes;
  return maskSecretsOf(objects)(notes).slice(0, notesLimit);
}

function annotationsOf({ result, reason, plan, done }: DeployResult): Annotation[] {
  const first = done === undefined ? undefined : decisiveFinding(done.verdict);
  const kept = done?.takenBack?.kind === 'not gone back' ? `\n${done.takenBack.remedy}` : '';
  const remedy = `${first === undefined ? '' : `\n${first.remedy}`}${kept}`;
  if (result === 'failure' || result === 'inconclusive')
    return [{ kind: 'error', title: 'deploy-helm', message: `${reason}${remedy}` }];
  return plan.advice.slice(0, 3).map(({ subject, why, remedy: cure }) => ({
    kind: 'notice',
    title: subject,
    message: `${why}; ${cure}`,
  }));
}
