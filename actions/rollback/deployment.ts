import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import type { GitHubDeployments } from '../../lib/ports/github.ts';

interface Ports {
  readonly github: GitHubDeployments;
}

/** Tells GitHub that a rollback begins. It runs beside the rollback: GitHub slow or down delays nothing. */
export async function announceRollback(
  own: ReleaseRecord,
  left: ReleaseRecord,
  environment: string,
  { github }: Ports,
): Promise<number | undefined> {
  if (environment === '') return undefined;
  const description = `back to revision ${own.to.revision} of ${own.release}`;
  const payload = { record: own.id, undoes: left.id, images: own.to.images };
  const id = await github.begin({ environment, task: 'rollback', payload, description });
  if (id !== undefined)
    await github.report(id, 'in_progress', { description: `${own.id} ${own.state}`, environment });
  return id;
}

/** Tells GitHub how it ended, and of the release that was left that it did not hold. */
export async function closeRollback(
  begun: Promise<number | undefined>,
  { own, left, good }: { own: ReleaseRecord; left: ReleaseRecord; good: boolean },
  { environment, environmentUrl }: { environment: string; environmentUrl: string },
  { github }: Ports,
): Promise<number | undefined> {
  const id = await begun;
  const url = environmentUrl === '' ? {} : { environmentUrl };
  if (left.deploymentId !== undefined) {
    const description = `${left.id} ${left.state}: ${left.reason ?? 'rolled back'}`;
    await github.report(left.deploymentId, 'failure', {
      description,
      environment: left.environment ?? environment,
    });
  }
  if (id === undefined) return undefined;
  const digest = Object.values(own.to.images)
    .map((image) => image.split('@')[1]?.slice(0, 19))
    .find((each) => each !== undefined);
  const description = [own.id, own.state, digest].filter(Boolean).join(' ');
  await github.report(id, good ? 'success' : 'failure', { description, environment, ...url });
  return id;
}
