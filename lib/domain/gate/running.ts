/** What the GitHub Deployments of an environment say: what runs there, and who was let in. */
import type { Milliseconds } from '../duration.ts';
import { newestOfOurs } from '../promotion/verified-in.ts';
import { isGone } from '../record/standing.ts';
import { neverCame } from '../record/status-line.ts';
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
  /** False: it failed and stayed, or nobody knows; nothing goes back to it. */
  readonly holds: boolean;
  /** Since when, milliseconds since the epoch. */
  readonly since: number;
  /** Container → image, as the Deployment's payload has it; empty where it says none. */
  readonly images: Readonly<Record<string, string>>;
}

/** A release that has begun and has not said how it ended. */
export interface UnderWay {
  readonly deployment: string;
  readonly record: string;
  /** Since when, milliseconds since the epoch. */
  readonly since: number;
}

/**
 * The newest that told of a record that came there and was not taken back, whatever became of it: what failed and
 * stayed, or what nobody could tell, runs there as well. Gate jobs leave Deployments without a word of ours; a release
 * that was taken back is followed by what its undo said. Undefined: none of these tells.
 */
export function runningOf(newestFirst: readonly Deployed[]): Running | undefined {
  for (const { id, sha, payload, statuses } of newestFirst) {
    const said = newestOfOurs(statuses);
    if (said === undefined || said.state === 'in_progress' || isGone(said.recordState) || neverCame(said))
      continue;
    const { record, recordState: state, at: since } = said;
    const holds = said.state === 'success';
    return { deployment: String(id), record, sha, state, holds, since, images: imagesIn(payload) };
  }
  return undefined;
}

/** GitHub's longest job: whoever has said nothing for longer was killed, and nobody has put it right yet. */
const longestJob: Milliseconds = 6 * 3_600_000;

/** The newest release that is on its way there: what will run when it ends, nobody knows. */
export function underWay(newestFirst: readonly Deployed[], now: number): UnderWay | undefined {
  for (const { id, statuses } of newestFirst) {
    // Where GitHub said a last word of its own, the job is over.
    const [last] = statuses;
    const said = last === undefined ? undefined : newestOfOurs([last]);
    if (said?.state === 'in_progress' && now - said.at < longestJob)
      return { deployment: String(id), record: said.record, since: said.at };
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
