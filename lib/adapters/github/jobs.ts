import type { GitHubJobs } from '../../ports/github.ts';
import type { Log } from '../../ports/log.ts';
import type { GitHubCall } from './client.ts';

/** Asks GitHub about other jobs. Whatever goes wrong is `unknown`: nobody's lock is taken on a guess. */
export function githubJobs(call: GitHubCall | undefined, log: Log): GitHubJobs {
  return {
    async finished({ repository, run, attempt, job }) {
      if (call === undefined) return 'unknown';
      try {
        if (/^\d+$/.test(job)) {
          return isCompleted(await call('GET', `/repos/${repository}/actions/jobs/${job}`))
            ? 'finished'
            : 'running';
        }
        // No id of the job is known: only the end of the whole attempt proves that it has ended.
        const runs = `/repos/${repository}/actions/runs/${run}/attempts/${attempt}`;
        return isCompleted(await call('GET', runs)) ? 'finished' : 'unknown';
      } catch (error) {
        log.debug(`GitHub does not say whether job ${job} of ${repository} has ended: ${String(error)}`);
        return 'unknown';
      }
    },
  };
}

const isCompleted = (body: unknown): boolean =>
  (body as { status?: unknown } | undefined)?.status === 'completed';
