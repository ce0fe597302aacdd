import { failedJob } from './failed-job.ts';
import { failedPod } from './failed-pod.ts';
import { oldRevisionKept } from './old-revision-kept.ts';
import { progressDeadline } from './progress-deadline.ts';
import { refusedNames } from './refused-names.ts';
import type { Rule } from './rule.ts';

/** Every rule, in the order in which a verdict names them: the first terminal one is the verdict's reason. */
export const rules: readonly Rule[] = [progressDeadline, failedJob, failedPod, refusedNames, oldRevisionKept];
