import type { Milliseconds } from '../domain/duration.ts';
import type { ReleaseRecord } from '../domain/record/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { GitHubDeployments } from '../ports/github.ts';

/** Tells GitHub how a release ended, where its record names a Deployment. GitHub out of reach is a warning. */
export async function tellGitHub(
  { deploymentId, environment = '', environmentUrl }: ReleaseRecord,
  state: 'success' | 'failure' | 'error',
  description: string,
  github: Pick<GitHubDeployments, 'report'>,
): Promise<void> {
  if (deploymentId === undefined) return;
  const url = environmentUrl === undefined ? {} : { environmentUrl };
  await github.report(deploymentId, state, { description, environment, ...url });
}

/** The runner gives a cancelled step 7.5 s; what GitHub has not answered by then stays in progress. */
const patience: Milliseconds = 2_000;

/**
 * Waits a moment for a Deployment that is just being announced: a step that ends meanwhile would leave one that no
 * record names, and that nobody closes.
 */
export async function untilAnnounced(announced: Promise<unknown>, clock: Clock): Promise<void> {
  const over = new AbortController();
  const late = clock.sleep(patience, over.signal).catch(() => undefined);
  await Promise.race([announced.catch(() => undefined), late]);
  over.abort();
}
