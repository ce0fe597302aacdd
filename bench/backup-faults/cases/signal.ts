import type { Blow, Case } from '../case.ts';

const blows: readonly (readonly [blow: Blow, name: string])[] = [
  ['cancel', 'cancelled (SIGINT, as the runner does it)'],
  ['term', 'SIGTERM'],
  ['kill', 'SIGKILL to the step’s process alone'],
  ['kill-tree', 'SIGKILL to everything'],
];

const atDump = ([blow, name]: (typeof blows)[number]): Case => ({
  id: `${blow}-dump`,
  name: `${name}, at 50 % of the dump`,
  group: 'signal',
  arm: (stage) => stage.whenDumped(0.5, () => stage.strikeRun(blow)),
});

/** What has been stored is not yet a backup then. */
const atProof = ([blow, name]: (typeof blows)[number]): Case => ({
  id: `${blow}-proof`,
  name: `${name}, while it restores the stored object`,
  group: 'signal',
  terms: { inputs: { verify: 'restored', scratch: 'local' } },
  arm: (stage) => stage.whenAsked({ method: 'GET', path: '*dump.pgdump*' }, () => stage.strikeRun(blow)),
  ways: ['ours'],
});

/** Where RUNNER_TEMP, which the runner empties, cannot be used. */
const outsideRunnerTemp: Case = {
  ...atProof(['kill-tree', 'SIGKILL to everything']),
  id: 'kill-tree-proof-tmp',
  name: 'SIGKILL to everything, while a scratch server in /tmp restores',
  terms: { closedTemp: true, inputs: { verify: 'restored', scratch: 'local' } },
};

export const signalCases: readonly Case[] = [...blows.map(atDump), ...blows.map(atProof), outsideRunnerTemp];
