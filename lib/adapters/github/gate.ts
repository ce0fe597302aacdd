import { messageOf, UnreachableError } from '../../domain/errors.ts';
import { sameEnvironment } from '../../domain/environments/find.ts';
import { pullIn, titleOf } from '../../domain/gate/changes.ts';
import type { Changes } from '../../domain/gate/changes.ts';
import type { Approval, Learnt, Upload } from '../../domain/gate/obstacles.ts';
import { readEnvironment } from '../../domain/gate/protection.ts';
import type { RawEnvironment } from '../../domain/gate/protection.ts';
import type { Actor } from '../../domain/record/types.ts';
import type { GitHubGate } from '../../ports/gate.ts';
import type { GitHubCall } from './client.ts';
import { GitHubRefused } from './refusal.ts';

interface RawApproval {
  readonly environments: readonly { readonly name?: string }[];
  readonly state: Approval['state'];
  readonly user: { readonly login: string } | null;
  readonly comment: string;
}

interface RawRun {
  readonly actor?: { readonly login: string } | null;
  readonly triggering_actor?: { readonly login: string } | null;
}

interface RawComparison {
  readonly status: Changes['relation'];
  readonly total_commits: number;
  readonly commits: readonly {
    readonly sha: string;
    readonly commit: { readonly message: string; readonly author: { readonly name?: string } | null };
    readonly author: { readonly login?: string } | null;
  }[];
  readonly files?: readonly { readonly filename: string }[];
}

interface RawContent {
  readonly type?: string;
  readonly encoding?: string;
  readonly content?: string;
}

interface RawArtifacts {
  readonly artifacts: readonly {
    readonly created_at: string | null;
    readonly workflow_run?: { readonly id?: number } | null;
  }[];
}

/** Asks GitHub about the gate before this job. `call` is undefined where there is no token. */
export function githubGate(call: GitHubCall | undefined, { repository, run }: Actor): GitHubGate {
  const repo = `/repos/${repository}`;
  const runPath = `${repo}/actions/runs/${run}`;
  const ask = async <Value>(path: string, read: (body: unknown) => Value): Promise<Learnt<Value>> => {
    const answer = await askIfThere(path, read);
    if ('unknown' in answer) return answer;
    return answer.known === undefined ? { unknown: `404 Not Found (GET ${path})` } : { known: answer.known };
  };
  const askIfThere = async <Value>(
    path: string,
    read: (body: unknown) => Value,
  ): Promise<Learnt<Value | undefined>> => {
    if (call === undefined) return { unknown: 'there is no github-token' };
    try {
      return { known: read(await call('GET', path)) };
    } catch (error) {
      if (error instanceof GitHubRefused && error.status === 404) return { known: undefined };
      return { unknown: whyNot(error) };
    }
  };
  return {
    environment: (name) =>
      askIfThere(`${repo}/environments/${encodeURIComponent(name)}`, (body) =>
        readEnvironment(body as RawEnvironment),
      ),
    changes: (base, head) => askIfThere(`${repo}/compare/${base}...${head}`, changesOf),
    approvals: (environment) => ask(`${runPath}/approvals`, (body) => approvalsOf(body, environment)),
    initiators: (of) => ask(`${repo}/actions/runs/${of.run}/attempts/${of.attempt}`, initiatorsOf),
    file: async (path) => {
      const contents = `${repo}/contents/`;
      const steps = path.split('/').filter((step) => step !== '' && step !== '.');
      if (steps.includes('..')) return { unknown: `${path} leads out of the repository` };
      const found = await askIfThere(`${contents}${steps.map(encodeURIComponent).join('/')}`, textOf);
      if ('unknown' in found || found.known !== undefined) return found;
      // GitHub says 404 of a repository whose files the token may not see, too; its root is always there.
      const root = await ask(contents, () => true);
      return 'unknown' in root
        ? { unknown: `the token sees no file of ${repository} (${root.unknown}); it needs contents: read` }
        : { known: undefined };
    },
    memberOf: async (team, login) => {
      const [org = '', slug = ''] = team.split('/').map(encodeURIComponent);
      const path = `/orgs/${org}/teams/${slug}`;
      const seen = await askIfThere(path, () => true);
      // GitHub says 404 of a team that the token may not see, and of a person who is not in it: only the first is asked so.
      if ('unknown' in seen || seen.known === undefined)
        return {
          unknown: `the token cannot see the team ${team}${'unknown' in seen ? ` (${seen.unknown})` : ''}: a workflow's own never can; give github-token of an App that may read the organization's members`,
        };
      const found = await askIfThere(`${path}/memberships/${encodeURIComponent(login)}`, isActive);
      return 'unknown' in found ? found : { known: found.known ?? false };
    },
    uploads: (artifact) => {
      const query = new URLSearchParams({ name: artifact, per_page: '30' });
      return ask(`${repo}/actions/artifacts?${query.toString()}`, uploadsOf);
    },
  };
}

/** Of a large file GitHub leaves the content out, and a folder has none. */
function textOf(body: unknown): string {
  const { type, encoding, content } = body as RawContent;
  if (type !== 'file' || encoding !== 'base64' || content === undefined)
    throw new TypeError('it is no file of at most 1 MiB');
  return Buffer.from(content, 'base64').toString('utf8');
}

/** An invitation that was not taken is no membership. */
const isActive = (body: unknown): boolean => (body as { readonly state?: string }).state === 'active';

const approvalsOf = (body: unknown, environment: string): Approval[] =>
  (body as readonly RawApproval[])
    .filter(({ environments }) =>
      environments.some(({ name }) => name !== undefined && sameEnvironment(name, environment)),
    )
    .map(({ state, user, comment }) => ({ state, by: user?.login ?? 'a deleted user', comment }));

function initiatorsOf(body: unknown): string[] {
  const { actor, triggering_actor: again } = body as RawRun;
  const logins = [actor?.login, again?.login].filter((login) => login !== undefined);
  if (logins.length === 0) throw new TypeError('GitHub names nobody who started the run');
  return [...new Set(logins)];
}

/** GitHub lists at most 250 commits and 300 files in one answer; a page for people needs no more. */
const mostFiles = 300;

function changesOf(body: unknown): Changes {
  const { commits, files = [], status, total_commits: total } = body as RawComparison;
  return {
    commits: commits.map(({ sha, commit, author }) => ({
      sha,
      title: titleOf(commit.message),
      author: author?.login ?? commit.author?.name ?? 'somebody',
      pull: pullIn(commit.message),
    })),
    files: files.map(({ filename }) => filename),
    cut: { commits: total > commits.length, files: files.length >= mostFiles },
    relation: status,
  };
}

const uploadsOf = (body: unknown): Upload[] =>
  (body as RawArtifacts).artifacts.flatMap(({ created_at: at, workflow_run: by }) =>
    at === null || by?.id === undefined ? [] : [{ run: String(by.id), at: Date.parse(at) }],
  );

function whyNot(error: unknown): string {
  if (error instanceof GitHubRefused || error instanceof UnreachableError) return error.message;
  return `GitHub's answer cannot be read: ${messageOf(error)}`;
}
