/** What a run is about: a branch, a git tag, a pull request, or nothing that could be released. Pure, from what the runner says. */
import { isMap } from '../checks/fields.ts';

/** As the runner's environment has it; empty where it says nothing. */
export interface RunFacts {
  /** GITHUB_EVENT_NAME. */
  readonly event: string;
  /** GITHUB_REF. */
  readonly ref: string;
  /** GITHUB_SHA. */
  readonly sha: string;
  readonly runId: string;
  readonly runAttempt: string;
  /** owner/name. */
  readonly repository: string;
  /** GITHUB_HEAD_REF: the branch of a pull request. */
  readonly headRef: string;
}

export interface Occasion {
  /** For people: `branch develop`, `tag v1.4.2`, `pull request 12`. */
  readonly says: string;
  /** The whole commit. */
  readonly sha: string;
  readonly branch?: string;
  readonly tag?: string;
  readonly pullRequest?: number;
  /** Somebody marked the GitHub release as a pre-release. */
  readonly markedPreRelease?: true;
  /** The commit that the ref pointed to before; undefined where there was none or nobody says. */
  readonly before?: string;
  /** What a pull request would be merged into, as a commit. */
  readonly mergesInto?: string;
  /** The commit is the merge that GitHub tries out: its first parent is what the pull request would be merged into. */
  readonly isTrialMerge?: true;
  /** The ref is gone; the commit is then that of another. */
  readonly deleted?: true;
  /** Why nothing may be released, whoever asks. */
  readonly never?: string;
  /** Why no environment goes by the ref; one that is asked for by name does. */
  readonly onlyByName?: string;
}

/** The events whose ref is what they are about. With any other it is just the default branch, by GitHub's convention. */
const aboutTheirRef: readonly string[] = [
  'push',
  'create',
  'release',
  'workflow_dispatch',
  'repository_dispatch',
  'schedule',
  'deployment',
];

const commit = /^[0-9a-f]{40,64}$/;

/** `event`: the webhook's payload (GITHUB_EVENT_PATH), undefined where there is none. */
export function readOccasion(facts: RunFacts, event: unknown): Occasion {
  const payload = new Payload(event);
  if (facts.event.startsWith('pull_request')) return pullRequest(facts, payload);
  if (facts.event === 'workflow_run') return workflowRun(facts, payload);
  const about = { ...refOf(facts), sha: facts.sha };
  if (facts.event === 'delete' || wasDeleted(facts, payload))
    return { ...about, deleted: true, never: `${deletedName(facts, payload)} was deleted` };
  if (facts.event === 'release') return release(about, payload);
  if (facts.event === 'merge_group' || facts.ref.startsWith('refs/heads/gh-readonly-queue/'))
    return {
      ...about,
      says: 'a merge queue',
      onlyByName: 'a merge queue only tests what may come to its branch',
    };
  if (about.branch === undefined && about.tag === undefined)
    return { ...about, onlyByName: `${about.says} is neither a branch nor a tag` };
  if (!aboutTheirRef.includes(facts.event))
    return { ...about, onlyByName: `the event ${facts.event || '(none)'} is not about ${about.says}` };
  const before = payload.commit('before');
  return { ...about, ...(before === undefined ? {} : { before }) };
}

type About = Pick<Occasion, 'says' | 'sha' | 'branch' | 'tag'>;

function refOf({ ref }: RunFacts): Omit<About, 'sha'> {
  const [, kind, name = ''] = /^refs\/(heads|tags)\/(.+)$/.exec(ref) ?? [];
  if (kind === 'heads') return { says: `branch ${name}`, branch: name };
  if (kind === 'tags') return { says: `tag ${name}`, tag: name };
  return { says: ref === '' ? 'no ref' : ref };
}

const wasDeleted = ({ event }: RunFacts, payload: Payload): boolean =>
  event === 'push' && (payload.at('deleted') === true || /^0{40,64}$/.test(payload.text('after')));

/** The event `delete` runs on the default branch and names the ref only in its payload. */
function deletedName(facts: RunFacts, payload: Payload): string {
  const gone = payload.text('ref');
  return facts.event === 'delete' && gone !== ''
    ? `${payload.text('ref_type') || 'ref'} ${gone}`
    : refOf(facts).says;
}

function pullRequest(facts: RunFacts, payload: Payload): Occasion {
  const number = Number(
    payload.text('pull_request', 'number') ||
      payload.text('number') ||
      /^refs\/pull\/(\d+)\//.exec(facts.ref)?.[1],
  );
  const says = Number.isNaN(number) ? 'a pull request' : `pull request ${number}`;
  const branch = payload.text('pull_request', 'head', 'ref') || facts.headRef;
  const mergesInto = payload.commit('pull_request', 'base', 'sha');
  return {
    says,
    // pull_request_target runs on what it would be merged into; it is about its own commit all the same.
    sha:
      (facts.event === 'pull_request' ? undefined : payload.commit('pull_request', 'head', 'sha')) ??
      facts.sha,
    ...(branch === '' ? {} : { branch }),
    ...(Number.isNaN(number) ? {} : { pullRequest: number }),
    ...(mergesInto === undefined ? {} : { mergesInto }),
    ...(facts.event === 'pull_request' && facts.ref.endsWith('/merge')
      ? { isTrialMerge: true as const }
      : {}),
    ...(isFork(payload, ['pull_request', 'head', 'repo'], facts)
      ? { never: `${says} comes from a fork, which may not release anything` }
      : { onlyByName: `${says} ${stateOf(payload)}` }),
  };
}

function stateOf(payload: Payload): string {
  if (payload.at('pull_request', 'merged') === true) return 'was merged: the push to its branch releases it';
  return payload.text('action') === 'closed' ? 'was closed' : 'is not merged yet';
}

/** A fork that is gone has no repository any more: not ours either. Without a payload nobody can tell, so it counts as one. */
const isFork = (payload: Payload, path: readonly string[], { repository }: RunFacts): boolean =>
  repository === '' || payload.text(...path, 'full_name').toLowerCase() !== repository.toLowerCase();

/** It runs on the default branch; what it follows is another run's branch and commit. */
function workflowRun(facts: RunFacts, payload: Payload): Occasion {
  const of = 'workflow_run';
  const branch = payload.text(of, 'head_branch');
  const about = {
    says: branch === '' ? 'a run of no branch' : `branch ${branch}`,
    sha: payload.commit(of, 'head_sha') ?? facts.sha,
    ...(branch === '' ? {} : { branch }),
  };
  const conclusion = payload.text(of, 'conclusion');
  const name = payload.text(of, 'name') || 'the run before';
  if (isFork(payload, [of, 'head_repository'], facts))
    return { ...about, never: `${name} ran for a fork, which may not release anything` };
  if (conclusion !== 'success')
    return { ...about, never: `${name} ended as ${conclusion || 'nobody knows what'}, not success` };
  const event = payload.text(of, 'event');
  if (event !== 'push' && event !== 'workflow_dispatch' && event !== 'schedule')
    return { ...about, onlyByName: `${name} was started by ${event || 'an unknown event'}, not by a push` };
  return about;
}

function release(about: About, payload: Payload): Occasion {
  const action = payload.text('action');
  if (['deleted', 'unpublished'].includes(action))
    return { ...about, never: `the GitHub release of ${about.says} was ${action}` };
  if (payload.at('release', 'draft') === true)
    return { ...about, onlyByName: `the GitHub release of ${about.says} is a draft` };
  return payload.at('release', 'prerelease') === true ? { ...about, markedPreRelease: true } : about;
}

/** A webhook's payload, of which nothing is sure. */
class Payload {
  readonly #root: unknown;

  constructor(root: unknown) {
    this.#root = root;
  }

  at(...path: readonly string[]): unknown {
    return path.reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), this.#root);
  }

  text(...path: readonly string[]): string {
    const value = this.at(...path);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  }

  /** A commit; forty zeros are none. */
  commit(...path: readonly string[]): string | undefined {
    const text = this.text(...path);
    return commit.test(text) && !/^0+$/.test(text) ? text : undefined;
  }
}
