/** What the stand-in knows before the first request; plain JSON, so that another process can send it. */
export interface Seed {
  /** Where any is given, every other repository is 404; else each repository exists, empty. */
  repositories?: RepositorySeed[];
  /** What the token may see of organizations; a workflow's own sees none. */
  teams?: TeamSeed[];
}

export interface TeamSeed {
  org: string;
  slug: string;
  members: string[];
}

export interface RepositorySeed {
  /** `octo/shop` */
  name: string;
  /** Branches and tags. Where any is given, a deployment of an unknown one is refused, as GitHub does. */
  refs?: Record<string, string>;
  /** Oldest first; the parent is the one before unless named. */
  commits?: CommitSeed[];
  /** Commit status contexts that did not succeed: a deployment that requires one answers 409. */
  failingContexts?: string[];
  /** A deployment with auto_merge of a branch answers 202. */
  behindDefaultBranch?: boolean;
  /** Path → text, on the default branch. */
  files?: Record<string, string>;
  environments?: EnvironmentSeed[];
  runs?: RunSeed[];
  deployments?: DeploymentSeed[];
  issues?: IssueSeed[];
  /** Login in lower case → `admin`, `maintain`, `write`, `triage` or `read`, which everybody else has. */
  permissions?: Record<string, string>;
}

export interface IssueSeed {
  title: string;
  body: string;
  labels?: string[];
  state?: 'open' | 'closed';
  author?: string;
}

export interface CommitSeed {
  sha: string;
  message: string;
  parent?: string;
  author?: string;
  files?: string[];
}

export interface EnvironmentSeed {
  name: string;
  reviewers?: string[];
  teams?: string[];
  preventSelfReview?: boolean;
  waitMinutes?: number;
  branches?: 'protected' | 'custom';
}

export type JobStatus = 'queued' | 'in_progress' | 'completed' | 'waiting' | 'requested' | 'pending';
export type Conclusion =
  | 'success'
  | 'failure'
  | 'neutral'
  | 'cancelled'
  | 'skipped'
  | 'timed_out'
  | 'action_required';

export interface RunSeed {
  id: number;
  attempt?: number;
  name?: string;
  event?: string;
  status?: JobStatus;
  conclusion?: Conclusion;
  headSha?: string;
  headBranch?: string;
  actor?: string;
  triggeringActor?: string;
  jobs?: JobSeed[];
  /** Environments whose gate waits for a decision. */
  pending?: string[];
  approvals?: ApprovalSeed[];
  artifacts?: ArtifactSeed[];
  /** Of a fork; the repository itself unless given. */
  headRepository?: string;
}

export interface ArtifactSeed {
  name: string;
  /** ISO 8601. */
  createdAt: string;
  expired?: boolean;
}

export interface JobSeed {
  id: number;
  name: string;
  attempt?: number;
  status?: JobStatus;
  conclusion?: Conclusion;
  runner?: string;
}

export interface ApprovalSeed {
  environments: string[];
  state: 'approved' | 'rejected' | 'pending';
  user: string;
  comment?: string;
}

export interface DeploymentSeed {
  ref: string;
  sha?: string;
  environment: string;
  task?: string;
  payload?: Record<string, unknown> | string;
  description?: string;
  transient?: boolean;
  production?: boolean;
  creator?: string;
  statuses?: { state: DeploymentState; description?: string; logUrl?: string; environmentUrl?: string }[];
}

export type DeploymentState =
  | 'error'
  | 'failure'
  | 'inactive'
  | 'in_progress'
  | 'queued'
  | 'pending'
  | 'success';
