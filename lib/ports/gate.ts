import type { Changes } from '../domain/gate/changes.ts';
import type { Approval, Learnt, Upload } from '../domain/gate/obstacles.ts';
import type { EnvironmentFacts } from '../domain/gate/protection.ts';

/** What GitHub says of a gate. Nothing here throws: what could not be learnt says why, for it keeps the gate shut. */
export interface GitHubGate {
  /** Undefined: there is no such environment. */
  environment(name: string): Promise<Learnt<EnvironmentFacts | undefined>>;
  /** Of this run and that environment, oldest first. GitHub keeps neither their times nor their attempts. */
  approvals(environment: string): Promise<Learnt<readonly Approval[]>>;
  /** Who started a run, and who started this attempt of it. */
  initiators(of: { readonly run: string; readonly attempt: number }): Promise<Learnt<readonly string[]>>;
  /** What `head` has that `base` has not; commits by their hash. Undefined: one of them is not there, or they share nothing. */
  changes(base: string, head: string): Promise<Learnt<Changes | undefined>>;
  /** The text of a file on the default branch, whatever this run has checked out; undefined: it is not there. */
  file(path: string): Promise<Learnt<string | undefined>>;
  /** Whether somebody belongs to a team, `acme/releasers`. The token of a workflow may not ask: an App's may. */
  memberOf(team: string, login: string): Promise<Learnt<boolean>>;
  /** The newest artifacts of that name, of all runs. */
  uploads(artifact: string): Promise<Learnt<readonly Upload[]>>;
}
