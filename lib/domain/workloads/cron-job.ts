import { ready, type Kind } from './kind.ts';

export const cronJob: Kind = {
  name: 'batch/CronJob',
  gates: 'asked',
  ready: 'it exists',
  trap: 'its next run may be a month away: nothing to wait for',
  assess: () => ready(1),
  needs: [],
};
