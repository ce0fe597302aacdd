import { recordedLine } from '../../lib/domain/database/recorded-schema.ts';
import { formatDuration } from '../../lib/domain/duration.ts';
import { foldedEvidence } from '../../lib/domain/evidence/render.ts';
import { approvalLine } from '../../lib/domain/gate/audit.ts';
import { renderedImages } from '../../lib/domain/images/rendered.ts';
import { withImages } from '../../lib/domain/images/short.ts';
import { describeObject } from '../../lib/domain/kubernetes.ts';
import { formatDiff } from '../../lib/domain/manifest/diff.ts';
import { parseManifest } from '../../lib/domain/manifest/parse.ts';
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
import { decisiveFinding, findingsTable } from '../../lib/domain/report/findings.ts';
import { timeline } from '../../lib/domain/report/timeline.ts';
import { plural } from '../../lib/domain/words.ts';
import type { Inputs } from './inputs.ts';
import type { Plan } from './plan/plan.ts';
import type { DeployResult, Done } from './run.ts';
import type { TakenBack } from './undo/take-back.ts';

/** What the release manager reads: in one line what became of it, then why, what runs, what changed, the evidence. */
export function summary(result: DeployResult, inputs: Inputs): string {
  const { plan, done } = result;
  return sections(
    verdictLine('deploy-helm', { ...result, reason: headline(result) }),
    done === undefined ? undefined : causeOf(done),
    facts(result, inputs),
    done === undefined ? undefined : ending(done),
    inputs.diff === 'off' ? undefined : diffOf(plan, inputs.diff),
    plan.advice.length === 0 ? undefined : adviceOf(plan),
    done === undefined ? undefined : findingsTable(done.verdict),
    done?.evidence === undefined ? undefined : foldedEvidence(done.evidence.evidence),
    unclear(plan, done?.running),
  );
}

/** Short where it can be: the cause of a failure stands below it, and may be long. */
function headline({ plan, done, reason }: DeployResult): string {
  if (done === undefined) return reason;
  const { name, namespace } = plan.intent.release;
  const what = `${name} ${plan.chart.version}${withImages(plan.images)}`;
  const { verdict, takenBack, final } = done;
  if (verdict.outcome === 'pass') return `${what} runs in ${namespace} as revision ${final?.revision}`;
  if (verdict.outcome === 'inconclusive')
    return `${what} could not be judged in ${namespace}; nothing was undone`;
  return takenBack === undefined ? reason : `${what} ${afterFailure(takenBack, namespace, final?.revision)}`;
}

function afterFailure(takenBack: TakenBack, namespace: string, revision: number | undefined): string {
  const to = 'to' in takenBack ? takenBack.to : undefined;
  const endings: Readonly<Record<TakenBack['kind'], string>> = {
    undone: `did not hold in ${namespace} and was undone: revision ${revision} brings back revision ${to}`,
    'not undone': `did not hold in ${namespace}, and going back to revision ${to} failed too`,
    'not proven': `did not hold in ${namespace}; revision ${to} was applied again, and nobody saw it run`,
    'already claimed': `did not hold in ${namespace}; something else undoes it already`,
    'not gone back': `did not hold in ${namespace} and stays there as revision ${revision}: the old version may not fit the database`,
    left: `did not hold in ${namespace} and was left there as revision ${revision}`,
    uninstalled: `did not hold in ${namespace} and was uninstalled`,
    'nothing to undo': `was refused in ${namespace}; nothing was changed`,
  };
  return endings[takenBack.kind];
}

function causeOf({ verdict }: Done): string {
  if (verdict.outcome === 'pass') return '';
  const first = decisiveFinding(verdict);
  return sections(
    `> ${escapeText(verdict.reason)}`,
    first === undefined ? '' : `**What to do**: ${escapeText(first.remedy)}`,
  );
}

function facts(result: DeployResult, inputs: Inputs): string {
  const { plan, done, duration } = result;
  const { chart, previous } = plan;
  const before =
    previous === undefined
      ? 'nothing (first release)'
      : `revision ${previous.revision}, chart ${previous.chart} ${previous.chartVersion}`;
  const now =
    done?.final === undefined ? 'unchanged' : `revision ${done.final.revision} (${done.final.status})`;
  return table(
    ['', ''],
    [
      ['Release', code(`${inputs.release.name} in ${inputs.release.namespace}`)],
      ['Chart', code(`${chart.name} ${chart.version}${chart.digest === '' ? '' : ` @${chart.digest}`}`)],
      ...(plan.approval === undefined ? [] : [['Approved by', escapeText(approvalLine(plan.approval))]]),
      ['Ran before', escapeText(before)],
      ['Runs now', escapeText(now)],
      ...(plan.first.length === 0 ? [] : [['First', few(plan.first.map(escapeText))]]),
      ...(done === undefined && plan.gated.length > 0
        ? [['Must become ready', few(plan.gated.map((id) => code(describeObject(id))))]]
        : []),
      ...imageRows(result),
      ...(done === undefined ? [] : [['Record', recordOf(done, inputs)]]),
      ['Took', formatDuration(duration)],
    ],
  );
}

const most = 20;

/** One below the other in a cell. */
const few = (lines: readonly string[]): string =>
  [...lines.slice(0, most), ...(lines.length > most ? [`and ${lines.length - most} more`] : [])].join('\n');

/** What runs at the end, as read back; empty where that is not known. Nothing done: what was looked at beforehand. */
export function imagesNow({ plan, done }: DeployResult): Readonly<Record<string, string>> {
  if (done === undefined) return plan.images;
  const { takenBack, running } = done;
  if (takenBack === undefined) return running?.images ?? {};
  return ('running' in takenBack ? takenBack.running?.images : undefined) ?? {};
}

function imageRows(result: DeployResult): string[][] {
  const { plan, done } = result;
  const before = renderedImages(parseManifest(plan.previous?.manifest ?? '', () => ''));
  const now = imagesNow(result);
  return Object.entries(plan.images).map(([container, asked]) => {
    const untouched = done === undefined || done.takenBack?.kind === 'nothing to undo';
    const runs = untouched ? before[container] : now[container];
    return [`Image of ${code(container)}`, imageCell(before[container], asked, runs)];
  });
}

/** Every reference once: what ran, what was asked for, what runs. */
function imageCell(before: string | undefined, asked: string, now: string | undefined): string {
  const ran = before === undefined || before === asked || before === now ? [] : [`before ${code(before)}`];
  if (now === asked) return [...ran, ran.length === 0 ? code(asked) : `now ${code(asked)}`].join('\n');
  if (now === undefined && before === undefined) return code(asked);
  const runs = now === undefined ? 'now not known' : `now ${code(now)}${now === before ? ', as before' : ''}`;
  return [...ran, `asked ${code(asked)}`, runs].join('\n');
}

function recordOf({ record }: Done, inputs: Inputs): string {
  const name = code(record.id);
  const schema = record.database === undefined ? '' : `\n${escapeText(recordedLine(record.database))}`;
  if (isVerified(record))
    return `${name} verified${inputs.expects.length === 0 ? ' (nothing else was expected: ready is verified)' : ''}${schema}`;
  const missing =
    record.state === 'ready'
      ? `, verified once ${inputs.expects.map(code).join(' and ')} ${inputs.expects.length === 1 ? 'passes' : 'pass'}`
      : '';
  return `${name} ${record.state}${missing}`;
}

function ending({ takenBack, record, verdict }: Done): string {
  const undone = takenBack === undefined ? '' : `**${takenBack.kind}**: ${escapeText(takenBack.detail)}`;
  return sections(
    undone,
    record.undo?.schema === undefined ? '' : `**Schema**: ${escapeText(record.undo.schema)}`,
    remedyOfUndo(takenBack),
    workloadTable(verdict),
    timeline(record.steps, verdict.at),
  );
}

/** An undo that failed is a fault of its own, beside the one that it was to mend. */
function remedyOfUndo(takenBack: Done['takenBack']): string {
  if (takenBack?.kind === 'not gone back') return `**What to do**: ${escapeText(takenBack.remedy)}`;
  if (takenBack === undefined || !('verdict' in takenBack) || takenBack.verdict?.outcome === 'pass')
    return '';
  const first = takenBack.verdict === undefined ? undefined : decisiveFinding(takenBack.verdict);
  return first === undefined ? '' : `**What to do about the undo**: ${escapeText(first.remedy)}`;
}

function workloadTable({ outcome, workloads }: Done['verdict']): string {
  const rows = workloads.map(({ id, ready, done, wanted, blockedOn }) => [
    code(describeObject(id)),
    `${done} of ${wanted}`,
    ready ? 'ready' : escapeText(`blocked on ${blockedOn}`),
  ]);
  return table(['Workload', outcome === 'pass' ? 'Ready' : 'Ready at the verdict', 'State'], rows);
}

function diffOf({ diff }: Plan, detail: 'summary' | 'full'): string {
  const changed = diff.changes.length;
  if (changed === 0) return 'No object changes.';
  const title = `${plural(changed, 'object')} ${changed === 1 ? 'changes' : 'change'}, ${diff.unchanged} unchanged`;
  return details(title, codeBlock(formatDiff(diff, detail).join('\n'), 'diff'));
}

const adviceOf = ({ advice }: Plan): string =>
  details(
    `Advice: ${plural(advice.length, 'thing')} that may cost requests`,
    table(
      ['Object', 'Why', 'What to do'],
      advice.map(({ subject, why, remedy }) => [code(subject), escapeText(why), escapeText(remedy)]),
    ),
  );

/** What nobody could look at, also of a plan alone. */
function unclear({ warnings }: Plan, running: Done['running']): string | undefined {
  const lines = [
    ...warnings,
    ...(running?.differing ?? []),
    ...(running?.unknown ?? []),
    // Scaled to nothing, no node for it, a CronJob, or ignored: green, but not because it was seen.
    ...(running?.unseen ?? []).map(
      (container) => `no pod of ${container} runs, so its image was not read back`,
    ),
  ];
  if (lines.length === 0) return undefined;
  return details(
    'Not everything could be looked at',
    lines.map((line) => `- ${escapeText(line)}`).join('\n'),
  );
}
