import { formatDuration } from '../../lib/domain/duration.ts';
import { describeObject } from '../../lib/domain/kubernetes.ts';
import { formatDiff } from '../../lib/domain/manifest/diff.ts';
import { isVerified } from '../../lib/domain/record/transitions.ts';
import {
  code,
  codeBlock,
  details,
  escapeText,
  sections,
  table,
  verdictLine,
} from '../../lib/domain/report/markdown.ts';
import type { Annotation, Report } from '../../lib/domain/report/result.ts';
import { timeline } from '../../lib/domain/report/timeline.ts';
import type { Inputs } from './inputs.ts';
import type { Plan } from './plan.ts';
import type { DeployResult, Done } from './run.ts';
import type { TakenBack } from './take-back.ts';

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
    summary: sections(
      verdictLine('deploy-helm', result),
      facts(result, inputs),
      done === undefined ? undefined : ending(done),
      inputs.diff === 'off' ? undefined : diffOf(plan, inputs.diff),
      plan.advice.length === 0 ? undefined : adviceOf(plan),
      done === undefined ? undefined : evidenceOf(done, plan),
    ),
    annotations: annotationsOf(result),
    data: {
      plan: {
        chart: plan.chart.name,
        chartVersion: plan.chart.version,
        images: plan.images,
        warnings: plan.warnings,
        advice: plan.advice,
      },
      ...(done === undefined
        ? {}
        : {
            record: done.record,
            verdict: done.verdict,
            takenBack: done.takenBack,
            observations: done.applied.observations,
          }),
    },
  };
}

function outputsOf({ plan, done, duration }: DeployResult, inputs: Inputs): Record<string, string> {
  return {
    revision: String(done?.final?.revision ?? plan.previous?.revision ?? ''),
    'previous-revision': String(plan.previous?.revision ?? ''),
    status: done?.final?.status ?? plan.previous?.status ?? '',
    'chart-version': plan.chart.version,
    'chart-digest': plan.chart.digest,
    images: JSON.stringify(imagesNow(plan, done)),
    'environment-url': inputs.environmentUrl,
    record: done?.record.id ?? '',
    'record-file': done?.recordFile ?? '',
    'deployment-id': String(done?.deploymentId ?? ''),
    notes: (done?.applied.release?.notes ?? plan.rendered.notes).slice(0, notesLimit),
    'duration-ms': String(duration),
  };
}

function facts({ plan, done, duration }: DeployResult, inputs: Inputs): string {
  const before =
    plan.previous === undefined
      ? 'nothing (first release)'
      : `revision ${plan.previous.revision}, chart ${plan.previous.chart} ${plan.previous.chartVersion}`;
  const now =
    done?.final === undefined ? 'unchanged' : `revision ${done.final.revision} (${done.final.status})`;
  const verified = done === undefined ? '' : verifiedAs(done, inputs);
  return table(
    ['', ''],
    [
      ['Release', code(`${inputs.release.name} in ${inputs.release.namespace}`)],
      [
        'Chart',
        code(
          `${plan.chart.name} ${plan.chart.version}${plan.chart.digest === '' ? '' : ` @${plan.chart.digest}`}`,
        ),
      ],
      ['Ran before', escapeText(before)],
      ['Runs now', escapeText(now)],
      ...imageRows(imagesNow(plan, done)),
      ...(verified === '' ? [] : [['Record', verified]]),
      ['Took', formatDuration(duration)],
    ],
  );
}

/** What runs at the end as read back; where nothing was read back, what was asked. */
const imagesNow = (plan: Plan, done: Done | undefined): Readonly<Record<string, string>> =>
  (done?.takenBack === undefined ? done?.running?.images : restoredImages(done.takenBack)) ?? plan.images;

const restoredImages = (takenBack: TakenBack): Readonly<Record<string, string>> | undefined =>
  'running' in takenBack ? takenBack.running?.images : undefined;

const imageRows = (images: Readonly<Record<string, string>>): string[][] =>
  Object.entries(images).map(([container, image]) => [`Image of ${code(container)}`, code(image)]);

function verifiedAs({ record }: Done, inputs: Inputs): string {
  const name = code(record.id);
  if (isVerified(record))
    return `${name} verified${inputs.expects.length === 0 ? ' (nothing else was expected: ready is verified)' : ''}`;
  const missing =
    record.state === 'ready' ? `, verified once ${inputs.expects.map(code).join(' and ')} pass` : '';
  return `${name} ${record.state}${missing}`;
}

function ending({ takenBack, record, verdict }: Done): string {
  const undone = takenBack === undefined ? '' : `**${takenBack.kind}**: ${escapeText(takenBack.detail)}`;
  return sections(undone, workloadTable(verdict), timeline(record.steps, verdict.at));
}

function workloadTable({ workloads }: Done['verdict']): string {
  const rows = workloads.map(({ id, ready, done, wanted, blockedOn }) => [
    code(describeObject(id)),
    `${done} of ${wanted}`,
    ready ? 'ready' : escapeText(blockedOn),
  ]);
  return table(['Workload', 'Ready', 'Blocked on'], rows);
}

function diffOf({ diff }: Plan, detail: 'summary' | 'full'): string {
  const changed = diff.changes.length;
  const title =
    changed === 0 ? 'No object changes' : `${changed} objects change, ${diff.unchanged} stay as they are`;
  return changed === 0 ? `${title}.` : details(title, codeBlock(formatDiff(diff, detail).join('\n'), 'diff'));
}

const adviceOf = ({ advice }: Plan): string =>
  details(
    `Advice: ${advice.length} things that may cost requests`,
    table(
      ['Object', 'Why', 'What to do'],
      advice.map(({ subject, why, remedy }) => [code(subject), escapeText(why), escapeText(remedy)]),
    ),
  );

function evidenceOf({ verdict, running }: Done, plan: Plan): string {
  const findings = table(
    ['Object', 'Cause', 'What to do'],
    verdict.findings.map(({ subject, cause, remedy }) => [
      code(subject),
      escapeText(cause),
      escapeText(remedy),
    ]),
  );
  const unclear = [...plan.warnings, ...(running?.differing ?? []), ...(running?.unknown ?? [])];
  return sections(
    findings === '' ? undefined : details('Findings', findings),
    unclear.length === 0
      ? undefined
      : details(
          'Not everything could be looked at',
          unclear.map((line) => `- ${escapeText(line)}`).join('\n'),
        ),
  );
}

function annotationsOf({ result, reason, plan, done }: DeployResult): Annotation[] {
  const [first] = done?.verdict.findings ?? [];
  const remedy = first === undefined ? '' : `\n${first.remedy}`;
  if (result === 'failure' || result === 'inconclusive')
    return [{ kind: 'error', title: 'deploy-helm', message: `${reason}${remedy}` }];
  return plan.advice.slice(0, 3).map(({ subject, why, remedy: cure }) => ({
    kind: 'notice',
    title: subject,
    message: `${why}; ${cure}`,
  }));
}
