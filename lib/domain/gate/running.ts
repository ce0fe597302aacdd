/** What the GitHub Deployments of an environment say: what runs there, and who was let in. */
import { newestOfOurs } from '../promotion/verified-in.ts';
import type { RunningNow } from './proposal.ts';

/** A Deployment and what was said of it, newest status first. */
export interface Deployed {
  readonly id: number;
  readonly sha: string;
  readonly task: string;
  readonly payload: unknown;
  readonly statuses: readonly {
    readonly state: string;
    readonly description: string;
    readonly at: number;
    readonly logUrl: string;
  }[];
}

export interface Running extends RunningNow {
  readonly sha: string;
  /** `verified`, `ready`, `rolled-back` …: the record's state. */
  readonly state: string;
  /** Since when, milliseconds since the epoch. */
  readonly since: number;
  /** Container → image, as the Deployment's payload has it; empty where it says none. */
  readonly images: Readonly<Record<string, string>>;
}

/**
 * The newest one bearing a status of ours; gate jobs leave empty ones. A release that failed and was taken back is
 * followed by what its undo said. Undefined: nothing that we know of runs there.
 */
export function runningOf(newestFirst: readonly Deployed[]): Running | undefined {
  for (const { id, sha, payload, statuses } of newestFirst) {
    const said = newestOfOurs(statuses);
    if (said === undefined || said.state !== 'success') continue;
    const { record, recordState: state, at: since } = said;
    return { deployment: String(id), record, sha, state, since, images: imagesIn(payload) };
  }
  return undefined;
}

function imagesIn(payload: unknown): Record<string, string> {
  const images = (payload as { images?: unknown } | null | undefined)?.images ?? {};
  return Object.fromEntries(
    Object.entries(images).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/**
 * When this run's job was let into the environment: GitHub's own Deployment of it, at its first status that is no
 * waiting. Undefined where GitHub keeps none.
 */
export function letInAt(newestFirst: readonly Deployed[], run: string): number | undefined {
  const ofRun = newestFirst.find(({ statuses }) =>
    statuses.some(({ logUrl }) => logUrl.includes(`/actions/runs/${run}/`)),
  );
  return ofRun?.statuses.findLast(({ state }) => state === 'in_progress')?.at;
}
