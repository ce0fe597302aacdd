import { listArtifacts } from './artifacts.ts';
import type { Answer, Call, Handler } from './call.ts';
import { compareCommits } from './compare.ts';
import { getContent } from './contents.ts';
import {
  createDeployment,
  createStatus,
  getDeployment,
  listDeployments,
  listStatuses,
} from './deployments.ts';
import { getEnvironment, listApprovals, listPending, reviewPending } from './environments.ts';
import { createComment, createIssue, getIssue, getPermission, listIssues, updateIssue } from './issues.ts';
import { getMembership, getTeam } from './teams.ts';
import { getJob, getRun, getRunAttempt, listAttemptJobs, listJobs } from './runs.ts';

/** Of an organization: there is no repository in their paths. */
export const organizationOperations: Record<string, (call: Omit<Call, 'repository'>) => Answer> = {
  'teams/get-by-name': getTeam,
  'teams/get-membership-for-user-in-org': getMembership,
};

/** Who answers which published operation. A new one: its id here and in operations.json, then extract.ts. */
export const operations: Record<string, Handler> = {
  'actions/get-job-for-workflow-run': getJob,
  'actions/get-pending-deployments-for-run': listPending,
  'actions/get-reviews-for-run': listApprovals,
  'actions/get-workflow-run': getRun,
  'actions/get-workflow-run-attempt': getRunAttempt,
  'actions/list-artifacts-for-repo': listArtifacts,
  'actions/list-jobs-for-workflow-run': listJobs,
  'actions/list-jobs-for-workflow-run-attempt': listAttemptJobs,
  'actions/review-pending-deployments-for-run': reviewPending,
  'issues/create': createIssue,
  'issues/create-comment': createComment,
  'issues/get': getIssue,
  'issues/list-for-repo': listIssues,
  'issues/update': updateIssue,
  'repos/compare-commits-with-basehead': compareCommits,
  'repos/create-deployment': createDeployment,
  'repos/create-deployment-status': createStatus,
  'repos/get-deployment': getDeployment,
  'repos/get-collaborator-permission-level': getPermission,
  'repos/get-content': getContent,
  'repos/get-environment': getEnvironment,
  'repos/list-deployment-statuses': listStatuses,
  'repos/list-deployments': listDeployments,
};
