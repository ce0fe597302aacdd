/** All cases. */
import type { VerdictCase } from './case.ts';
import { crashes } from './cases/crashes.ts';
import { images } from './cases/images.ts';
import { jobs } from './cases/jobs.ts';
import { missing } from './cases/missing.ts';
import { placing } from './cases/placing.ts';
import { refused } from './cases/refused.ts';
import { restarts } from './cases/restarts.ts';
import { rollouts } from './cases/rollouts.ts';

export const cases: readonly VerdictCase[] = [
  ...images,
  ...crashes,
  ...restarts,
  ...jobs,
  ...missing,
  ...refused,
  ...placing,
  ...rollouts,
];

/** Of a quick look: a terminal one, a likely one, and one that is not to be called. */
export const fewCases: readonly string[] = [
  'image-absent',
  'secret-missing',
  'crash-at-start',
  'rollout-paused',
];
