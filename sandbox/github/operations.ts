import type { Handler } from './call.ts';
import { compareCommits } from './compare.ts';
import {
  createDeployment,
  createStatus,
  getDeployment,
  listDeployments,
  listStatuses,
} from './deployments.ts';
import { getEnvironment, listApprovals, listPending, reviewPending } from './environments.ts';
import { getJob, getRun, getRunAttempt, listAttemptJobs, listJobs } from './runs.ts';

/** Who answers which published operation. A new one: its id here and in operations.json, then extract.ts. */
export const operations: Record<string, Handler> = {
  'actions/get-job-for-workflow-run': getJob,
  'actions/get-pending-deployments-for-run': listPending,
  'actions/get-reviews-for-run': listApprovals,
  'actions/get-workflow-run': getRun,
  'actions/get-workflow-run-attempt': getRunAttempt,
  'actions/list-jobs-for-workflow-run': listJobs,
  'actions/list-jobs-for-workflow-run-attempt': listAttemptJobs,
  'actions/review-pending-deployments-for-run': reviewPending,
  'repos/compare-commits-with-basehead': compareCommits,
  'repos/create-deployment': createDeployment,
  'repos/create-deployment-status': createStatus,
  'repos/get-deployment': getDeployment,
  'repos/get-environment': getEnvironment,
  'repos/list-deployment-statuses': listStatuses,
  'repos/list-deployments': listDeployments,
};
