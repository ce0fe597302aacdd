import { behindOldPod } from './behind-old-pod.ts';
import { cannotRun } from './cannot-run.ts';
import { claimLost } from './claim-lost.ts';
import { crashLoop } from './crash-loop.ts';
import { disrupted } from './disrupted.ts';
import { failedJob } from './failed-job.ts';
import { failedPod } from './failed-pod.ts';
import { imageNotPulled } from './image-not-pulled.ts';
import { invalidImageName } from './invalid-image-name.ts';
import { missingObject } from './missing-object.ts';
import { notCreated } from './not-created.ts';
import { oldRevisionKept } from './old-revision-kept.ts';
import { podsRefused } from './pods-refused.ts';
import { progressDeadline } from './progress-deadline.ts';
import { readinessFails } from './readiness-fails.ts';
import { refusedNames } from './refused-names.ts';
import type { Rule } from './rule.ts';
import { stuckTerminating } from './stuck-terminating.ts';
import { unschedulable } from './unschedulable.ts';

/**
 * Every rule, in the order in which a verdict names them: of two that decide at once the first is the verdict's reason,
 * so what names a cause comes before what only counts the time.
 */
export const rules: readonly Rule[] = [
  invalidImageName,
  imageNotPulled,
  missingObject,
  cannotRun,
  notCreated,
  crashLoop,
  podsRefused,
  claimLost,
  failedJob,
  failedPod,
  refusedNames,
  unschedulable,
  readinessFails,
  behindOldPod,
  stuckTerminating,
  progressDeadline,
  disrupted,
  oldRevisionKept,
];
