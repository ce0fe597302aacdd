import { createHash } from 'node:crypto';
import type {
  ApprovalSeed,
  CommitSeed,
  DeploymentSeed,
  DeploymentState,
  EnvironmentSeed,
  IssueSeed,
  RepositorySeed,
  RunSeed,
  Seed,
  TeamSeed,
} from './seed.ts';

export interface Deployment {
  id: number;
  sha: string;
  ref: string;
  task: string;
  payload: Record<string, unknown> | string;
  originalEnvironment: string;
  environment: string;
  description: string | null;
  transient: boolean;
  production: boolean;
  creator: string;
  createdAt: string;
  updatedAt: string;
  /** Oldest first. */
  statuses: DeploymentStatus[];
}

export interface DeploymentStatus {
  id: number;
  state: DeploymentState;
  description: string;
  environment: string;
  logUrl: string;
  environmentUrl: string;
  creator: string;
  createdAt: string;
}

export interface Run extends RunSeed {
  attempt: number;
  pending: string[];
  approvals: ApprovalSeed[];
}

export interface Issue extends IssueSeed {
  number: number;
  labels: string[];
  state: 'open' | 'closed';
  reason?: string;
  author: string;
  createdAt: string;
  comments: { author: string; body: string }[];
}

export interface Repository {
  name: string;
  refs: Record<string, string>;
  commits: CommitSeed[];
  failingContexts: string[];
  behindDefaultBranch: boolean;
  /** Path → text, on the default branch. */
  files: Record<string, string>;
  environments: EnvironmentSeed[];
  runs: Run[];
  /** Oldest first. */
  deployments: Deployment[];
  /** Oldest first. */
  issues: Issue[];
  /** Login in lower case → role. */
  permissions: Record<string, string>;
}

export interface World {
  /** Who every request is made by: the token says nothing here. */
  actor: string;
  now(): string;
  nextId(): number;
  repository(name: string): Repository | undefined;
  team(org: string, slug: string): TeamSeed | undefined;
  plant(seed: Seed): void;
}

export function newWorld(clock: () => Date): World {
  const repositories = new Map<string, Repository>();
  const teams: TeamSeed[] = [];
  let onlySeeded = false;
  let lastId = 0;

  const world: World = {
    actor: 'github-actions[bot]',
    now: () =>
      clock()
        .toISOString()
        .replace(/\.\d+Z$/, 'Z'),
    nextId: () => (lastId += 1),
    repository(name) {
      const key = name.toLowerCase();
      if (!repositories.has(key) && !onlySeeded) repositories.set(key, fromSeed({ name }, world));
      return repositories.get(key);
    },
    team: (org, slug) => teams.find((one) => one.org === org && one.slug === slug),
    plant({ repositories: seeds = [], teams: seen = [] }) {
      teams.push(...seen);
      onlySeeded ||= seeds.length > 0;
      for (const seed of seeds) {
        const key = seed.name.toLowerCase();
        repositories.set(key, fromSeed(seed, world, repositories.get(key)));
      }
    },
  };
  return world;
}

/** Of a repository that is known already, what the seed does not name stays. */
function fromSeed(seed: RepositorySeed, world: World, known: Partial<Repository> = {}): Repository {
  const runs = seed.runs?.map((run) => ({
    ...run,
    attempt: run.attempt ?? 1,
    pending: run.pending ?? [],
    approvals: run.approvals ?? [],
  }));
  const repository: Repository = {
    name: seed.name,
    refs: seed.refs ?? known.refs ?? {},
    commits: seed.commits ?? known.commits ?? [],
    failingContexts: seed.failingContexts ?? known.failingContexts ?? [],
    behindDefaultBranch: seed.behindDefaultBranch ?? known.behindDefaultBranch ?? false,
    files: seed.files ?? known.files ?? {},
    environments: seed.environments ?? known.environments ?? [],
    runs: runs ?? known.runs ?? [],
    deployments: [...(known.deployments ?? [])],
    issues: [...(known.issues ?? [])],
    permissions: seed.permissions ?? known.permissions ?? {},
  };
  for (const one of seed.issues ?? [])
    repository.issues.push({
      ...one,
      number: repository.issues.length + 1,
      labels: one.labels ?? [],
      state: one.state ?? 'open',
      author: one.author ?? world.actor,
      createdAt: world.now(),
      comments: [],
    });
  for (const one of seed.deployments ?? []) addDeployment(repository, world, one);
  return repository;
}

export function addDeployment(repository: Repository, world: World, seed: DeploymentSeed): Deployment {
  const at = world.now();
  const deployment: Deployment = {
    id: world.nextId(),
    sha: seed.sha ?? shaOf(repository, seed.ref) ?? inventedSha(seed.ref),
    ref: seed.ref,
    task: seed.task ?? 'deploy',
    payload: seed.payload ?? '',
    originalEnvironment: seed.environment,
    environment: seed.environment,
    description: seed.description ?? null,
    transient: seed.transient ?? false,
    production: seed.production ?? seed.environment === 'production',
    creator: seed.creator ?? world.actor,
    createdAt: at,
    updatedAt: at,
    statuses: [],
  };
  repository.deployments.push(deployment);
  for (const one of seed.statuses ?? []) addStatus(deployment, world, one);
  return deployment;
}

export interface StatusIntent {
  state: DeploymentState;
  description?: string;
  environment?: string;
  logUrl?: string;
  environmentUrl?: string;
}

export function addStatus(deployment: Deployment, world: World, intent: StatusIntent): DeploymentStatus {
  const status: DeploymentStatus = {
    id: world.nextId(),
    state: intent.state,
    description: intent.description ?? '',
    environment: intent.environment ?? deployment.environment,
    logUrl: intent.logUrl ?? '',
    environmentUrl: intent.environmentUrl ?? '',
    creator: world.actor,
    createdAt: world.now(),
  };
  deployment.environment = status.environment;
  deployment.updatedAt = status.createdAt;
  deployment.statuses.push(status);
  return status;
}

/** The commit a ref names; undefined where the seed says that there is none. */
export function shaOf(repository: Repository, ref: string): string | undefined {
  const short = ref.replace(/^refs\/(heads|tags)\//, '');
  const named = repository.refs[ref] ?? repository.refs[short];
  if (named) return named;
  const commit = repository.commits.find((one) => one.sha === ref);
  if (commit || Object.values(repository.refs).includes(ref)) return ref;
  if (Object.keys(repository.refs).length + repository.commits.length > 0) return undefined;
  return /^[0-9a-f]{40}$/.test(ref) ? ref : inventedSha(ref);
}

const inventedSha = (ref: string): string => createHash('sha1').update(ref).digest('hex');
