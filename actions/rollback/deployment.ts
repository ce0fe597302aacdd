import { statusLine } from '../../lib/domain/record/status-line.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import type { GitHubDeployments } from '../../lib/ports/github.ts';
import type { Log } from '../../lib/ports/log.ts';
import type { Journal } from '../../lib/steps/journal.ts';
import { tellGitHub } from '../../lib/steps/tell-github.ts';

interface Ports {
  readonly github: GitHubDeployments;
}

interface AnnouncePorts extends Ports {
  readonly log: Pick<Log, 'warn'>;
}

interface Where {
  readonly environment: string;
  readonly environmentUrl: string;
}

export interface Closing {
  /** The rollback's own record, and that of the release that was left. */
  readonly own: ReleaseRecord;
  readonly left: ReleaseRecord;
  /** What became of going back, checks included. */
  readonly outcome: keyof typeof states;
}

const states = { pass: 'success', fail: 'failure', inconclusive: 'error' } as const;

/**
 * Tells GitHub that a rollback begins, and its record which Deployment it is, so that whoever ends the rollback can end
 * that, too. It runs beside the rollback: GitHub slow or down delays nothing.
 */
export async function announceRollback(
  journal: Journal,
  left: ReleaseRecord,
  environment: string,
  { github, log }: AnnouncePorts,
): Promise<number | undefined> {
  if (environment === '') return undefined;
  const own = journal.record;
  const description = `back to revision ${own.to.revision} of ${own.release}`;
  const payload = { record: own.id, undoes: left.id, images: own.to.images };
  const commit = own.by.sha;
  const id = await github.begin({ environment, task: 'rollback', payload, description, commit });
  if (id === undefined) return undefined;
  const reported = github.report(id, 'in_progress', { description: `${own.id} ${own.state}`, environment });
  const written = journal
    .write((now) => ({ ...now, deploymentId: id }))
    .catch((error: unknown) => {
      log.warn(`the record does not name its GitHub Deployment ${id}: ${String(error)}`);
    });
  await Promise.all([reported, written]);
  return id;
}

/** Tells GitHub how it ended, and of the release that was left that it did not hold. */
export async function closeRollback(
  begun: Promise<number | undefined>,
  { own, left, outcome }: Closing,
  { environment, environmentUrl }: Where,
  { github }: Ports,
): Promise<number | undefined> {
  const { environment: there = environment } = left;
  const said = `${left.id} ${left.state}: ${left.reason ?? 'rolled back'}`;
  await tellGitHub({ ...left, environment: there }, 'failure', said, github);
  const id = await begun;
  if (id === undefined) return undefined;
  const url = environmentUrl === '' ? {} : { environmentUrl };
  await github.report(id, states[outcome], { description: statusLine(own), environment, ...url });
  return id;
}
