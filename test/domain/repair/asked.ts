/** Nothing is to be put right in Helm's history: what is worth asking GitHub whether its run has ended. */
import { claim, left, rejected } from './cases.ts';
import type { Case } from './cases.ts';

export const asked: readonly Case[] = [
  {
    name: 'an old record that only lacks a word is not asked about',
    records: [left('planned')],
    revisions: '1 deployed',
    facts: { got: { kind: 'free' } },
    expected: 'nothing',
  },
  {
    name: 'a claim that stands open is asked about, although nothing is to be put right',
    records: [rejected({ undo: claim })],
    revisions: '1 deployed, 2 failed',
    facts: { got: { kind: 'free' } },
    expected: 'ask: run 41',
  },
  {
    name: 'so is a Deployment that GitHub calls in progress',
    records: [left('planned', { deploymentId: 7 })],
    revisions: '1 deployed',
    facts: { got: { kind: 'free' } },
    expected: 'ask: run 41',
  },
];
