/** What a dead run may have left, and what the next one makes of it. */
import type { LockGot, LockHolder } from '../../../lib/domain/lock/decide.ts';
import type { ReleaseRecord, UndoClaim } from '../../../lib/domain/record/types.ts';
import type { RepairFacts } from '../../../lib/domain/repair/next-step.ts';
import { actor, content, record, verdict } from '../record/samples.ts';

export const installedAt = '2026-01-01T00:00:00.000Z';
export const me = { ...actor, run: '50' };
export const dead = { ...actor, run: '41' };

const holder: LockHolder = { ...dead, nonce: 'n', pid: 1, runner: 'r' };
export const fromDead: LockGot = { kind: 'taken-over', holder, why: 'its job has finished' };

/** A record of the dead run, which began after revision 1. */
export const left = (state: ReleaseRecord['state'], more: Partial<ReleaseRecord> = {}): ReleaseRecord => {
  const { revision: _, ...plain } = record(2, { state, by: dead, after: 1, from: content });
  return { ...plain, ...more };
};
/** One that began when nothing stood. */
const unfounded = (record: ReleaseRecord): ReleaseRecord => {
  const { from: _, ...others } = record;
  return others;
};
export const applied = (more: Partial<ReleaseRecord> = {}): ReleaseRecord =>
  left('applied', { revision: 2, installedAt, ...more });
export const first = record(1, { state: 'verified', installedAt, after: 0 });
export const claim: UndoClaim = { by: dead, at: installedAt, part: 'deploy-helm', toRevision: 1 };
export const rejected = (more: Partial<ReleaseRecord> = {}): ReleaseRecord =>
  applied({ state: 'rejected', reason: 'it crashes', ...more });

/** `1 superseded, 2 pending-upgrade` → newest first. */
export const held = (text: string): RepairFacts['revisions'] =>
  text === ''
    ? []
    : text
        .split(', ')
        .map((each) => each.split(' '))
        .map(([revision, status = '']) => ({ revision: Number(revision), status }))
        .reverse();

export interface Case {
  readonly name: string;
  /** Newest first, without the first one, which was verified. */
  readonly records: readonly ReleaseRecord[];
  readonly revisions: string;
  readonly description?: string;
  readonly installed?: string;
  readonly facts?: Partial<RepairFacts>;
  readonly expected: string;
}

export const cases: readonly Case[] = [
  { name: 'nothing at all', records: [], revisions: '', expected: 'nothing' },
  {
    name: 'the dead run had done its work',
    records: [applied({ state: 'ready' })],
    revisions: '1 superseded, 2 deployed',
    expected: 'nothing',
  },
  {
    name: 'it had undone its own',
    records: [
      rejected({ state: 'rolled-back', undo: { ...claim, outcome: 'success', detail: '', revision: 3 } }),
    ],
    revisions: '1 superseded, 2 failed, 3 deployed',
    expected: 'nothing',
  },
  {
    name: 'it could not tell, and said so',
    records: [applied({ verdicts: [verdict('deploy-helm', 'inconclusive')] })],
    revisions: '1 superseded, 2 deployed',
    expected: 'nothing',
  },
  {
    name: 'failed and left in place on purpose',
    records: [rejected()],
    revisions: '1 deployed, 2 failed',
    expected: 'nothing',
  },

  // A release that nobody has proven.
  {
    name: 'killed with its helm, in the upgrade',
    records: [left('planned')],
    revisions: '1 deployed, 2 pending-upgrade',
    expected: '2 failed, 1 deployed; #2 rejected as revision 2: run 41 before the release was proven',
  },
  {
    name: 'killed with its helm, in the first install',
    records: [left('planned', { after: 0 })],
    revisions: '1 pending-install',
    expected: '1 failed; #2 rejected as revision 1: run 41 before the release was proven',
  },
  {
    name: 'killed alone: helm has finished, and its record does not know',
    records: [left('planned')],
    revisions: '1 superseded, 2 deployed',
    description: 'slipway prod/shop#2',
    expected: '2 failed, 1 deployed; #2 rejected as revision 2: run 41 before the release was proven',
  },
  {
    name: 'killed while it watched',
    records: [applied()],
    revisions: '1 superseded, 2 deployed',
    expected: '2 failed, 1 deployed; #2 rejected as revision 2: run 41 before the release was proven',
  },
  {
    name: 'killed after helm had failed by itself',
    records: [left('planned')],
    revisions: '1 deployed, 2 failed',
    expected: '#2 rejected as revision 2: run 41 before the release was proven',
  },
  {
    name: 'killed between the verdict and its undo: the verdict stays the reason',
    records: [rejected()],
    revisions: '1 superseded, 2 deployed',
    expected: '2 failed, 1 deployed; #2 rejected as revision 2: it crashes',
  },
  {
    name: 'killed while it uninstalled a first release',
    records: [rejected({ after: 0, revision: 1 })],
    revisions: '1 uninstalling',
    expected: '1 failed; #2 rejected as revision 1: it crashes',
  },
  {
    name: 'over a state that had failed before it: back to the one that stood',
    records: [left('planned', { after: 2 })],
    revisions: '1 superseded, 2 failed, 3 pending-upgrade',
    expected: '3 failed, 1 deployed; #2 rejected as revision 3: run 41 before the release was proven',
  },

  {
    name: 'over a first install that had failed: Helm calls it superseded, and it never ran',
    records: [unfounded(applied())],
    revisions: '1 superseded, 2 deployed',
    expected: '2 failed; #2 rejected as revision 2: run 41 before the release was proven',
  },

  // Only a word is owed.
  {
    name: 'killed before helm wrote anything',
    records: [left('planned')],
    revisions: '1 deployed',
    expected: '#2 abandoned: run 41 before its time; nothing had been applied',
  },
  {
    name: 'killed before helm wrote anything, and then somebody upgraded by hand: that one stands',
    records: [left('planned')],
    revisions: '1 superseded, 2 deployed',
    description: 'Upgrade complete',
    expected: '#2 abandoned: run 41 before its time; nothing had been applied',
  },
  {
    name: 'somebody went on by hand after it',
    records: [applied()],
    revisions: '1 superseded, 2 superseded, 3 deployed',
    expected: '#2 abandoned: run 41 before its time; revision 3 came after it',
  },
  {
    name: 'uninstalled and installed anew by hand since: that one is another',
    records: [applied()],
    revisions: '1 superseded, 2 deployed',
    installed: '2026-02-02T00:00:00.000Z',
    expected: '#2 abandoned: run 41 before its time; nothing had been applied',
  },
  {
    name: 'another run has shipped since',
    records: [record(3, { state: 'ready', after: 2 }), applied()],
    revisions: '1 superseded, 2 superseded, 3 deployed',
    expected: '#2 abandoned: run 41 before its time; another run has shipped since',
  },
  {
    name: 'a later one that was given up is none that has shipped',
    records: [record(3, { state: 'abandoned', after: 2 }), applied()],
    revisions: '1 superseded, 2 deployed',
    expected: '2 failed, 1 deployed; #2 rejected as revision 2: run 41 before the release was proven',
  },

  // An undo that was claimed and has not ended.
  {
    name: 'killed in its undo, before helm went back',
    records: [rejected({ undo: claim })],
    revisions: '1 superseded, 2 deployed',
    expected: 'claimed: 2 failed, 1 deployed; #2 rejected: it crashes; undo inconclusive',
  },
  {
    name: 'killed in its undo, helm half-way',
    records: [rejected({ undo: claim })],
    revisions: '1 deployed, 2 failed, 3 pending-rollback',
    expected: 'claimed: 3 failed, 1 deployed; #2 rejected: it crashes; undo inconclusive as revision 3',
  },
  {
    name: 'killed in its undo, before anybody saw it run: what helm applied stays deployed',
    records: [rejected({ undo: claim })],
    revisions: '1 superseded, 2 failed, 3 deployed',
    description: 'Rollback to 1',
    expected: 'claimed: #2 rejected: it crashes; undo inconclusive as revision 3',
  },
  {
    name: 'killed in its undo, and somebody upgraded by hand since',
    records: [rejected({ undo: claim })],
    revisions: '1 superseded, 2 failed, 3 deployed',
    description: 'Upgrade complete',
    expected: 'claimed: #2 rejected: it crashes; undo inconclusive',
  },
  {
    name: 'a rollback that was killed: its own record, and the claim in the one that is left',
    records: [
      left('planned', { seq: 3, id: 'prod/shop#3', kind: 'rollback', after: 2, reason: 'asked for' }),
      rejected({ by: actor, undo: { ...claim, part: 'rollback' } }),
    ],
    revisions: '1 deployed, 2 failed, 3 pending-rollback',
    expected:
      'claimed: 3 failed, 1 deployed; #3 abandoned: asked for; run 41 before its time; nobody saw how the rollback ended; #2 rejected: it crashes; undo inconclusive as revision 3',
  },

  // Who is known to be gone.
  {
    name: 'the lock was free: GitHub must be asked',
    records: [left('planned')],
    revisions: '1 deployed, 2 pending-upgrade',
    facts: { got: { kind: 'free' } },
    expected: 'ask: run 41',
  },
  {
    name: 'the lock came from another one: GitHub must be asked',
    records: [left('planned', { by: { ...actor, run: '40' } })],
    revisions: '1 deployed, 2 pending-upgrade',
    expected: 'ask: run 40',
  },
  {
    name: 'the lock was free, its job has finished',
    records: [left('planned')],
    revisions: '1 deployed, 2 pending-upgrade',
    facts: { got: { kind: 'free' }, job: 'finished' },
    expected: '2 failed, 1 deployed; #2 rejected as revision 2: run 41 before the release was proven',
  },
  {
    name: 'the lock was free, its job goes on',
    records: [left('planned')],
    revisions: '1 deployed, 2 pending-upgrade',
    facts: { got: { kind: 'free' }, job: 'running', takeover: 'expired' },
    expected: 'refuse: revision 2, run 41',
  },
  {
    name: 'the lock was free, nobody knows of its job',
    records: [left('planned')],
    revisions: '1 deployed, 2 pending-upgrade',
    facts: { got: { kind: 'free' }, job: 'unknown' },
    expected: 'refuse: revision 2, run 41',
  },
  {
    name: 'the lock was free, nobody knows of its job, and that is enough for its author',
    records: [left('planned')],
    revisions: '1 deployed, 2 pending-upgrade',
    facts: { got: { kind: 'free' }, job: 'unknown', takeover: 'expired' },
    expected: '2 failed, 1 deployed; #2 rejected as revision 2: run 41 before the release was proven',
  },
  {
    name: 'the lock was free, it was an earlier attempt of this run',
    records: [left('planned', { by: { ...me, attempt: 0 } })],
    revisions: '1 deployed, 2 pending-upgrade',
    facts: { got: { kind: 'free' } },
    expected: '2 failed, 1 deployed; #2 rejected as revision 2: run 50 before the release was proven',
  },
  {
    name: 'nobody is kept out, and nobody is known to be gone: it goes on as if nothing were owed',
    records: [applied()],
    revisions: '1 superseded, 2 deployed',
    facts: { got: { kind: 'free' }, job: 'unknown' },
    expected: 'nothing',
  },

  // A helm by hand.
  {
    name: 'pending, and no record speaks of it',
    records: [],
    revisions: '1 deployed, 2 pending-upgrade',
    expected: 'refuse: revision 2',
  },
  {
    name: 'pending by hand, over a release that was proven',
    records: [applied({ state: 'ready' })],
    revisions: '1 superseded, 2 deployed, 3 pending-rollback',
    expected: 'refuse: revision 3',
  },
  {
    name: 'pending by hand, later than what a dead run would have written',
    records: [left('planned')],
    revisions: '1 superseded, 2 deployed, 3 pending-upgrade',
    expected: 'refuse: revision 3',
  },
];
