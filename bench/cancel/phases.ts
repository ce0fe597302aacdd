/** Every phase of the journal, and how a deploy is brought into it. */
import type { Phase, Ship, Spot } from './case.ts';

/** One replica whose place the next version takes: going back means to boot it anew. */
const oneAtATime = {
  replicas: 1,
  preStop: '',
  drain: '0s',
  terminationGracePeriodSeconds: 1,
  rollout: { maxUnavailable: 1, maxSurge: 0 },
};

const shop = (faults: object = {}, inputs: Ship['inputs'] = {}): Ship => ({
  chart: 'shop',
  values: { ...oneAtATime, faults },
  inputs,
});

const healthy = shop();
const slowBoot = shop({ FAULT_SLOW_BOOT: '3s' });
const neverReady = shop({ FAULT_NEVER_READY: 'true' });
const doomed = shop({ FAULT_CRASH_AT_START: '1' }, { 'fail-fast': 'strict' });

const hooks = (values: object = {}): Ship => ({
  chart: 'hooks',
  values: { before: { for: '0s' }, after: { enabled: false }, ...values },
});

/** Helm is at work for long before it applies anything. */
const inHook: Spot = {
  base: hooks(),
  hit: hooks({ before: { for: '20s' } }),
  begins: ({ says }) => says('hook shop-before | before: step 1'),
  within: 4_000,
};

/** Helm has written its revision, and applies. */
const whileApplying: Spot = {
  base: healthy,
  hit: neverReady,
  begins: ({ revision }) => revision(),
  within: 300,
};

/** Helm has ended; the watcher waits. */
const whileWatching: Spot = {
  base: healthy,
  hit: neverReady,
  begins: ({ record }) => record('applied'),
  within: 6_000,
};

/** Helm itself waits, for a hook comes after readiness. */
const whileHelmWaits: Spot = {
  base: hooks(),
  hit: hooks({ after: { enabled: true }, faults: { FAULT_NEVER_READY: 'true' } }),
  begins: ({ says }) => says('blocked on pod'),
  within: 6_000,
};

const atEvidence: Spot = {
  base: healthy,
  hit: doomed,
  begins: ({ says }) => says('Evidence: '),
  within: 150,
};

const atRejection: Spot = {
  base: healthy,
  hit: doomed,
  begins: ({ record }) => record('rejected'),
  within: 150,
};

const whileUndoing: Spot = {
  base: slowBoot,
  hit: doomed,
  begins: ({ says }) => says('going back to revision'),
  within: 4_000,
};

/** What runs is read back, and the record settled. */
const atReadiness: Spot = {
  base: healthy,
  hit: healthy,
  begins: ({ ready }) => ready(),
  within: 80,
};

const atTheEnd: Spot = {
  base: healthy,
  hit: healthy,
  begins: ({ record }) => record('ready'),
  within: 10,
};

/** Node itself starts. */
const atTheStart: Spot = {
  base: healthy,
  hit: healthy,
  begins: async () => undefined,
  within: 150,
};

const beforeTheLock: Spot = {
  base: healthy,
  hit: healthy,
  begins: async () => undefined,
  within: 900,
};

const underTheLock: Spot = {
  base: healthy,
  hit: healthy,
  begins: ({ locked }) => locked(),
  within: 100,
};

const asPlanned: Spot = {
  base: healthy,
  hit: healthy,
  begins: ({ record }) => record('planned'),
  within: 100,
};

/** Where a kill can fall as well: no main is left to tell post anything. */
export const phases: readonly Phase[] = [
  { id: 'preflight', what: 'before the lock', spots: [beforeTheLock, atTheStart] },
  { id: 'locked', what: 'locked, planned', spots: [underTheLock, asPlanned] },
  { id: 'applying', what: 'helm applies', spots: [inHook, whileApplying] },
  { id: 'waiting', what: 'applied, waiting', spots: [whileWatching, whileHelmWaits] },
  { id: 'verdict', what: 'verdict, evidence', spots: [atEvidence, atRejection] },
  { id: 'undo', what: 'undo', spots: [whileUndoing] },
  { id: 'finish', what: 'read-back, finish', spots: [atReadiness, atTheEnd] },
];

/** Those in which there is a second blow. */
export const twofold: readonly Phase[] = [
  {
    id: 'post',
    what: 'post, as its time ends',
    spots: [{ ...whileWatching, base: slowBoot }],
    manner: 'post',
  },
  {
    id: 'second-signal',
    what: 'SIGTERM soon after SIGINT',
    spots: [inHook, whileWatching, whileUndoing, whileApplying, whileHelmWaits, atReadiness],
    manner: 'second',
  },
];
