import { nothingApplied, statusLine } from '../../../lib/domain/record/status-line.ts';
import type { Verdict } from '../../../lib/domain/verdict/types.ts';
import type { Journal } from '../../../lib/steps/journal.ts';
import { tellGitHub } from '../../../lib/steps/tell-github.ts';
import type { Inputs } from '../inputs.ts';
import type { Plan } from '../plan/plan.ts';
import type { Ports } from '../ports.ts';
import type { Applied } from './apply.ts';

const states = { pass: 'success', fail: 'failure', inconclusive: 'error' } as const;

/**
 * Tells GitHub that a release begins, and the record which Deployment it is, so that whoever ends the release can end
 * that, too. It runs beside the release: GitHub slow or down delays nothing, and a record that could not be told stops
 * nothing. Returns which Deployment it is.
 */
export async function announceDeployment(
  plan: Plan,
  journal: Journal,
  { environment }: Inputs,
  { github, log }: Ports,
): Promise<number | undefined> {
  if (environment === '') return undefined;
  const { id: record, state, by } = journal.record;
  const { name, version } = plan.chart;
  const payload = { slipway: 'release', record, chart: name, chartVersion: version, images: plan.images };
  const description = `${name} ${version}`;
  const id = await github.begin({ environment, task: 'deploy', payload, description, commit: by.sha });
  if (id === undefined) return undefined;
  const reported = github.report(id, 'in_progress', { description: `${record} ${state}`, environment });
  const written = journal
    .write((now) => ({ ...now, deploymentId: id }))
    .catch((error: unknown) => {
      log.warn(`the record does not name its GitHub Deployment ${id}: ${String(error)}`);
    });
  await Promise.all([reported, written]);
  return id;
}

/** Tells GitHub how it ended: record, digest and state, which is what the next release compares with. */
export async function closeDeployment(
  announced: Promise<number | undefined>,
  journal: Journal,
  { outcome }: Verdict,
  { revision }: Pick<Applied, 'revision'>,
  { github }: Ports,
): Promise<void> {
  const deploymentId = await announced;
  const { record } = journal;
  if (deploymentId === undefined) return;
  const more = outcome === 'fail' && revision === undefined ? `: ${nothingApplied}` : '';
  await tellGitHub({ ...record, deploymentId }, states[outcome], statusLine(record, more), github);
}
