/** A row of the tables beside this file, and the run that it describes. */
import { ConfigurationError } from '../../../../lib/domain/errors.ts';
import type { PlanResult } from '../../../../actions/plan-release/run.ts';
import { Repository } from '../memory.ts';
import { filesByName } from './files.ts';

const columns = ['event', 'ref', 'with', 'deploy', 'environment', 'production', 'version', 'tags'] as const;
export type Case = Readonly<Record<(typeof columns)[number], string>>;

export const commit = '5f3c1c1d9e0b7a6f4d2e8c9b0a1f2e3d4c5b6a79';
const followed = 'f'.repeat(40);
const zeros = '0'.repeat(40);

/** Lines of a table whose first names the columns. */
export const readCases = (table: string): Case[] =>
  table
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const cells = line.split('|').map((cell) => cell.trim());
      if (cells.length !== columns.length) throw new Error(`${line}: has ${cells.length} columns`);
      return Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? ''])) as Case;
    });

/** What the table says of it; with nothing released, `tags` is a part of the reason. */
export interface Seen extends Omit<Case, 'event' | 'ref' | 'with'> {
  readonly all: readonly string[];
}

export async function plan(row: Case): Promise<Seen> {
  try {
    return seenOf(await repositoryOf(row).plan(inputsOf(row)));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const problem = error.faults.map((fault) => fault.problem).join('; ');
    return { deploy: 'fault', environment: '-', production: 'no', version: '-', tags: problem, all: [] };
  }
}

function seenOf({ deploy, environment, version, tags, reason }: PlanResult): Seen {
  const short = tags.map((tag) =>
    tag === `sha-${commit}` ? 'sha' : tag === `sha-${followed}` ? 'sha-followed' : tag,
  );
  return {
    deploy: deploy ? 'yes' : 'no',
    environment: environment?.name ?? '-',
    production: environment?.production === true ? 'yes' : 'no',
    version: version?.version ?? '-',
    tags: deploy ? short.join(' ') : reason,
    all: tags,
  };
}

/** `asked prod; history none` → the words after each first one. */
const words = (row: Case): Map<string, string> =>
  new Map(
    row.with
      .split(';')
      .map((each) => each.trim())
      .filter((each) => each !== '')
      .map((each) => {
        const [first = '', ...rest] = each.split(' ');
        return [first, rest.join(' ')] as const;
      }),
  );

function inputsOf(row: Case): Record<string, string> {
  const said = words(row);
  return { environment: said.get('asked') ?? '', version: said.get('version') ?? '' };
}

function repositoryOf(row: Case): Repository {
  const said = words(row);
  const or = (name: string, fallback: string): string => {
    const value = said.get(name) ?? fallback;
    return value === 'none' ? '' : value;
  };
  const ref = row.ref.replace('LONG', 'x'.repeat(130));
  const repository = new Repository();
  repository.tags = or('history', 'v1.4.2')
    .split(' ')
    .filter((tag) => tag !== '');
  repository.env = {
    GITHUB_EVENT_NAME: row.event,
    GITHUB_REF: ref === '' ? '' : `refs/${ref}`,
    GITHUB_SHA: or('commit', commit),
    GITHUB_RUN_ID: or('run', '7'),
    GITHUB_RUN_ATTEMPT: or('attempt', '1'),
    GITHUB_REPOSITORY: or('repository', 'octo/shop'),
    ...(row.event.startsWith('pull_request') ? { GITHUB_HEAD_REF: 'feature/cart' } : {}),
  };
  repository.head = repository.env['GITHUB_SHA'] === '' ? commit : (repository.env['GITHUB_SHA'] ?? '');
  if (said.get('payload') !== 'none') repository.event = payloadOf(row, said);
  const file = said.get('file');
  if (file !== undefined) repository.file = filesByName[file] ?? `there is no file ${file}`;
  return repository;
}

function payloadOf({ event }: Case, said: ReadonlyMap<string, string>): unknown {
  if (event.startsWith('pull_request')) return pullRequest(said);
  if (event === 'workflow_run') return workflowRun(said);
  if (event === 'delete') return { ref: said.get('gone'), ref_type: 'branch' };
  if (event === 'release')
    return {
      action: said.get('release'),
      release: { prerelease: said.has('marked'), draft: said.has('draft') },
    };
  if (event !== 'push') return {};
  const before = said.has('new') ? zeros : 'b'.repeat(40);
  if (said.has('by')) return { created: true, before: zeros, after: commit, head_commit: null, commits: [] };
  if (said.has('deleted')) return { deleted: true, before, after: zeros };
  return { before, after: said.has('zeros') ? zeros : commit, forced: said.has('forced') };
}

function pullRequest(said: ReadonlyMap<string, string>): unknown {
  const fork =
    said.get('fork') === 'gone' ? null : { full_name: said.has('fork') ? 'eve/shop' : 'octo/shop' };
  return {
    number: 12,
    action: said.has('merged') || said.has('closed') ? 'closed' : 'synchronize',
    pull_request: {
      number: 12,
      merged: said.has('merged'),
      head: { ref: 'feature/cart', sha: commit, repo: fork },
      base: { sha: 'a'.repeat(40) },
    },
  };
}

const workflowRun = (said: ReadonlyMap<string, string>): unknown => ({
  workflow_run: {
    name: 'CI',
    conclusion: said.has('failed') ? 'failure' : 'success',
    event: said.get('by') ?? 'push',
    head_branch: said.get('follows'),
    head_sha: followed,
    head_repository: { full_name: said.has('for') ? 'eve/shop' : 'octo/shop' },
  },
});
