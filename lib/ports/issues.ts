import type { GateIssue } from '../domain/gate/issue.ts';

/** Issues of the job's own repository. A refusal is a TargetError with the permission that is missing; silence an UnreachableError. */
export interface GitHubIssues {
  open(issue: {
    readonly title: string;
    readonly body: string;
    readonly labels: readonly string[];
  }): Promise<GateIssue>;
  /** Undefined when there is none of that number. */
  get(number: number): Promise<GateIssue | undefined>;
  /** Those that bear a label, open or closed, newest first, at most the newest hundred. */
  labelled(label: string): Promise<readonly GateIssue[]>;
  comment(number: number, body: string): Promise<void>;
  close(number: number, reason: 'completed' | 'not_planned'): Promise<void>;
  /** What somebody may do here, in GitHub's words. */
  permissionOf(login: string): Promise<{ readonly permission: string; readonly role: string }>;
}
