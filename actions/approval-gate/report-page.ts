/** The decision page: what a release manager reads, in half a minute, before the click on *Approve*. */
import { formatDuration } from '../../lib/domain/duration.ts';
import { staysApplied } from '../../lib/domain/gate/migrations.ts';
import {
  code,
  codeBlock,
  escapeText,
  sections,
  table,
  verdictLine,
} from '../../lib/domain/report/markdown.ts';
import type { Running } from '../../lib/domain/gate/running.ts';
import type { WaysBack } from '../../lib/domain/gate/ways-back.ts';
import { mermaidLabel } from '../../lib/domain/report/timeline.ts';
import { plural } from '../../lib/domain/words.ts';
import type { ProposeResult } from './propose.ts';
import { knownOf } from './report-known.ts';
import { changesSaid, migrationsSaid, migrationsWarned } from './report-changes.ts';

type Page = Omit<ProposeResult, 'mode'>;

export function decisionPage(result: Page): string {
  return sections(
    verdictLine('approval-gate', result),
    ...alarms(result).map((alarm) => `> ⚠️ ${escapeText(alarm)}`),
    plan(result),
    whatGoes(result),
    whatRuns(result),
    undo(result),
    knownOf(result),
    changesSaid(result),
    migrationsSaid(result),
    footnote(result),
  );
}

/** What somebody who approves must not overlook, before anything else. */
function alarms({
  environment,
  unproven,
  told,
  proposal,
  changes,
  migrations,
  record,
  running,
}: Page): string[] {
  const name = proposal.environment;
  const known = changes !== undefined && 'known' in changes ? changes.known : undefined;
  return [
    ...('unknown' in environment ? [`What protects ${name} is not known: ${environment.unknown}.`] : []),
    ...('known' in environment && environment.known === undefined
      ? [`There is no environment ${name}: GitHub will create it without rules, and nobody will be asked.`]
      : []),
    ...('known' in environment && environment.known?.reviewers.length === 0
      ? [`${name} requires no reviewers: nobody will be asked.`]
      : []),
    ...(running?.holds === false
      ? [
          `What runs there, ${running.record} (${running.state}), did not hold, or nobody knows whether it does.`,
        ]
      : []),
    ...(known?.relation === 'behind' ? ['This is older than what runs there.'] : []),
    ...(known?.relation === 'diverged' ? ['What runs there has commits that this one does not have.'] : []),
    ...migrationsWarned(migrations),
    ...unproven.map(
      (digest) =>
        `${record?.id ?? 'The record'} does not prove ${digest.slice(0, 19)}: it is of other images.`,
    ),
    ...told
      .filter(({ result }) => result !== 'success' && result !== 'skipped')
      .map(({ action, reason }) => `${action}: ${reason}`),
  ];
}

function plan({ proposal, environment, record, running }: Page): string {
  const nodes = [
    ...(record === undefined ? [] : [`proven["${mermaidLabel(`${record.id} ${record.state}`)}"]`]),
    `gate{{"${mermaidLabel(whoDecides(environment))}"}}`,
    `there["${mermaidLabel(`deploy to ${proposal.environment}`)}"]`,
    'checks["prove it there"]',
  ];
  const names = nodes.map((node) => /^\w+/.exec(node)?.[0] ?? '');
  return codeBlock(
    [
      'flowchart LR',
      ...nodes.map((node) => `  ${node}`),
      `  ${names.join(' --> ')}`,
      `  checks -. fails .-> back["${running === undefined ? 'nothing to go back to' : wayBack(running, 'what runs now')}"]`,
    ].join('\n'),
    'mermaid',
  );
}

function whoDecides(environment: Page['environment']): string {
  if ('unknown' in environment) return 'who is asked is not known';
  return environment.known?.reviewers.join(' or ') || 'nobody is asked';
}

function whatGoes({ proposal, named, uncovered }: Page): string {
  const { images, chart, values, commit } = proposal;
  const bare = (written: string | undefined): string => (written ?? '').replace(/@sha256:[0-9a-f]+$/, '');
  return table(
    ['What will be deployed', ''],
    [
      ...Object.entries(images).map(([path, digest], nth) => [
        `image in ${code(path)}`,
        `${code(bare(named.images[nth]))}\n${code(digest)}`,
      ]),
      ...(chart === undefined ? [] : [['chart', `${code(bare(named.chart))}\n${code(chart)}`]]),
      ...values.map(({ path, sha256 }) => [`values ${code(path)}`, code(`sha256:${sha256.slice(0, 12)}…`)]),
      ...uncovered
        .filter(({ name }) => name !== '')
        .map(({ kind, name, why }) => [
          kind === 'chart' ? 'chart' : `values ${code(name)}`,
          `${kind === 'chart' ? `${code(name)}\n` : ''}not covered: ${escapeText(why)}`,
        ]),
      ['commit', code(commit.slice(0, 12))],
    ],
  );
}

function whatRuns({ running, proposal }: Page): string {
  if (running === undefined)
    return `**Runs there now**: nothing that the GitHub Deployments of ${escapeText(proposal.environment)} name.`;
  const since = new Date(running.since).toISOString().slice(0, 16).replace('T', ' ');
  return `**Runs there now**: ${code(running.record)}, ${escapeText(running.state)} since ${since} UTC, commit ${code(running.sha.slice(0, 12))}.`;
}

function undo({ running, waysBack, migrations }: Page): string {
  const target =
    running === undefined
      ? 'nothing to go back to: what does not hold is left or removed'
      : wayBack(running, code(running.record));
  const cannot =
    migrations !== undefined && staysApplied(migrations)
      ? ` Migrations${'unknown' in migrations.files ? ', if there are any,' : ''} stay applied.`
      : '';
  return `**If it does not hold**: ${target}. ${neededBefore(waysBack)}${cannot}`;
}

/** Nothing goes back to what did not hold. */
const wayBack = ({ holds }: Running, toIt: string): string =>
  `back to ${holds ? toIt : 'the last release that was verified'}`;

/** More would not be read. */
const mostTimes = 3;

function neededBefore({ found, among }: WaysBack): string {
  if (among === 0) return 'No release there is known from before.';
  const where = `in the last ${plural(among, 'Deployment')} there`;
  if (found.length === 0) return `No release was taken back ${where}.`;
  const often = ['once', 'twice'][found.length - 1] ?? `${found.length} times`;
  const times = found.flatMap(({ took, withRelease }) =>
    took === undefined ? [] : `${formatDuration(took)}${withRelease ? ' with the failed release' : ''}`,
  );
  const took =
    times.length === 0
      ? 'how long that took is not known'
      : `that took ${times.slice(0, mostTimes).join(', ')}`;
  return `A release was taken back ${often} ${where}; ${took}.`;
}

function footnote({ proposal, hash, environment, uncovered }: Page): string {
  const who = 'known' in environment ? (environment.known?.reviewers ?? []) : [];
  const ask = who.length === 0 ? '' : `To approve: ${who.map(escapeText).join(' or ')}. `;
  const open = uncovered.map(({ kind, name }) => (name === '' ? `the ${kind}` : `the ${kind} ${code(name)}`));
  const notCovered = [...open, 'values written in the workflow itself'];
  return `${ask}Proposal ${code(hash.slice(0, 12))}, attempt ${proposal.attempt}, until ${proposal.expiresAt.slice(0, 16).replace('T', ' ')} UTC. What is deployed is compared with it: digests and committed values files. Not covered: ${notCovered.join(', ')}.`;
}
