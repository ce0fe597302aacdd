import { notFound, ok, page } from './call.ts';
import type { Answer, Call } from './call.ts';
import { idOf, nodeId, user } from './people.ts';
import type { CommitSeed } from './seed.ts';
import { shaOf } from './world.ts';
import type { Repository } from './world.ts';

type Json = Record<string, unknown>;

/** GitHub lists no more in one comparison. */
const mostFiles = 300;

/** What head has that base has not, over the seeded history. */
export function compareCommits(call: Call): Answer {
  const { base, repository, path, query } = call;
  const [from = '', to] = String(path['basehead']).split('...');
  const ancestry = (ref: string | undefined): CommitSeed[] | undefined => ancestors(repository, ref);
  const baseLine = ancestry(from);
  const headLine = ancestry(to);
  const [baseCommit] = baseLine ?? [];
  if (!baseLine || !headLine || !baseCommit) return notFound();

  const ahead = headLine.filter((one) => !baseLine.includes(one)).toReversed();
  const behind = baseLine.filter((one) => !headLine.includes(one));
  const mergeBase = headLine.find((one) => baseLine.includes(one));
  if (!mergeBase) return notFound();

  const paged = 'page' in query || 'per_page' in query;
  const { items, headers } = paged ? page(call, ahead) : { items: ahead.slice(0, 250), headers: {} };
  const html = `${base}/${repository.name}/compare/${from}...${to}`;
  return {
    ...ok({
      url: `${base}/repos/${repository.name}/compare/${from}...${to}`,
      html_url: html,
      permalink_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      base_commit: showCommit(call, baseCommit),
      merge_base_commit: showCommit(call, mergeBase),
      status: relation(ahead.length, behind.length),
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      commits: items.map((one) => showCommit(call, one)),
      files: [...new Set(ahead.flatMap((one) => one.files ?? []))]
        .slice(0, mostFiles)
        .map((name) => showFile(call, name)),
    }),
    headers,
  };
}

function relation(ahead: number, behind: number): 'identical' | 'ahead' | 'behind' | 'diverged' {
  if (ahead > 0) return behind > 0 ? 'diverged' : 'ahead';
  return behind > 0 ? 'behind' : 'identical';
}

/** The commit and those it stands on, newest first. */
function ancestors(repository: Repository, ref: string | undefined): CommitSeed[] | undefined {
  const sha = ref === undefined ? undefined : shaOf(repository, ref);
  const { commits } = repository;
  const line: CommitSeed[] = [];
  let at = commits.findIndex((one) => one.sha === sha);
  for (let commit = commits[at]; commit; commit = commits[at]) {
    line.push(commit);
    const { parent } = commit;
    at = parent === undefined ? at - 1 : commits.findIndex((one) => one.sha === parent);
  }
  return line.length > 0 ? line : undefined;
}

function showCommit(
  { base, repository, world }: Call,
  { sha, message, author = 'octocat' }: CommitSeed,
): Json {
  const url = `${base}/repos/${repository.name}/commits/${sha}`;
  const signature = { name: author, email: `${author}@example.invalid`, date: world.now() };
  return {
    url,
    sha,
    node_id: nodeId('Commit', idOf(sha)),
    html_url: `${base}/${repository.name}/commit/${sha}`,
    comments_url: `${url}/comments`,
    commit: {
      url,
      author: signature,
      committer: signature,
      message,
      comment_count: 0,
      tree: { sha, url },
    },
    author: user(base, author),
    committer: user(base, author),
    parents: [],
  };
}

function showFile({ base, repository }: Call, filename: string): Json {
  const url = `${base}/${repository.name}`;
  return {
    sha: null,
    filename,
    status: 'modified',
    additions: 1,
    deletions: 1,
    changes: 2,
    blob_url: `${url}/blob/main/${filename}`,
    raw_url: `${url}/raw/main/${filename}`,
    contents_url: `${base}/repos/${repository.name}/contents/${filename}`,
  };
}
