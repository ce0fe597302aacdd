/** A rollback that is asked for once more: re-runs of the same run, and what nobody saw the end of. */
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import type { PastRevision } from '../../../lib/domain/rollback/types.ts';
import type { History } from './history.ts';
import { another, back, claim, copy, failed, live, me, rec, rev, verdict } from './past.ts';

const earlier = { ...me, attempt: 0 };

/** Revision 3 was left for revision 2, which runs as revision 4; `undo` says how that went. */
const left = (undo: Partial<NonNullable<ReleaseRecord['undo']>>): ReleaseRecord =>
  rec(3, {
    state: undo.outcome === 'success' ? 'rolled-back' : 'rejected',
    undo: claim({ by: earlier, part: 'rollback', toRevision: 2, revision: 4, ...undo }),
  });
const own = (more: Partial<ReleaseRecord>): ReleaseRecord => back(4, 4, 2, { by: earlier, ...more });
const revisions: readonly PastRevision[] = [rev(1), rev(2), failed(3), copy(4, 2, { status: 'deployed' })];
const unverified = own({ state: 'ready', verdicts: [verdict('fail', 'verify')] });

/** Another run's claim that nobody has ended, yet or ever. */
const open = rec(2, { state: 'rejected', undo: claim({ part: 'rollback' }) });
const copied: readonly PastRevision[] = [rev(1), failed(2), copy(3, 1, { status: 'deployed' })];

export const againHistories: readonly History[] = [
  {
    name: 'another run is undoing what runs: two operators at once',
    records: [rec(1), open],
    revisions: copied,
    expected: 'at-work',
  },
  {
    name: 'the same once the lock is ours: that run is gone, the same once more',
    records: [rec(1), open],
    revisions: copied,
    locked: true,
    expected: '→ 1',
  },
  {
    name: 'the same by the record',
    records: [rec(1), open],
    revisions: copied,
    from: 2,
    locked: true,
    expected: '→ 1',
  },
  {
    name: 'that run was gone before its helm began',
    records: [rec(1), open],
    revisions: [rev(1), live(2)],
    from: 2,
    locked: true,
    expected: '→ 1',
  },
  {
    name: 'an earlier attempt of this run was gone in the middle',
    records: [rec(1), rec(2, { state: 'rejected', undo: claim({ by: earlier, part: 'rollback' }) })],
    revisions: copied,
    from: 2,
    expected: '→ 1',
  },
  {
    name: 'a claim that was forgotten long ago, and others have shipped since',
    records: [rec(1), open, rec(4)],
    revisions: [...copied.slice(0, 2), copy(3, 1), live(4)],
    locked: true,
    expected: '→ 3',
  },
  {
    name: 're-run of a rollback that went well: it does not go further back',
    records: [rec(1), rec(2), left({ outcome: 'success' }), own({})],
    revisions,
    expected: 'skip: this run went back to revision 2 already (prod/shop#4)',
  },
  {
    name: 'the same, finished by post',
    records: [rec(1), rec(2), left({ outcome: 'success', part: 'rollback post' }), own({})],
    revisions,
    expected: 'skip: this run went back to revision 2 already',
  },
  {
    name: 're-run of a rollback whose checks failed: no further back either, and red',
    records: [rec(1), rec(2), left({ outcome: 'success' }), unverified],
    revisions,
    expected: 'refuse: and it was not verified: said fail',
  },
  {
    name: 'the same, by force',
    records: [rec(1), rec(2), left({ outcome: 'success' }), unverified],
    revisions,
    force: true,
    expected: '→ 1',
  },
  {
    name: 're-run of a rollback that nobody saw the end of: the same once more',
    records: [rec(1), rec(2), left({ outcome: 'inconclusive' }), own({ state: 'applied' })],
    revisions,
    expected: '→ 2',
  },
  {
    name: 'the same by the record, whoever tried',
    records: [rec(1), rec(2), left({ outcome: 'inconclusive', by: another }), own({ state: 'applied' })],
    revisions,
    from: 3,
    expected: '→ 2',
  },
  {
    name: 'nobody saw the end of it, and Helm has pruned what it went to',
    records: [rec(1), rec(2), left({ outcome: 'inconclusive' }), own({ state: 'applied' })],
    revisions: revisions.filter(({ revision }) => revision !== 2),
    expected: 'refuse: nobody saw it run, and Helm no longer holds it',
  },
  {
    name: 'a new run: what runs is left, also where a rollback put it there',
    records: [rec(1), rec(2), left({ outcome: 'success', by: another }), own({ by: another })],
    revisions,
    expected: '→ 1',
  },
  {
    name: 'another step of the same attempt: it means what runs now',
    records: [rec(1), rec(2), left({ outcome: 'success', by: me }), own({ by: me })],
    revisions,
    expected: '→ 1',
  },
  {
    name: 're-run after somebody has shipped: what runs now is meant',
    records: [rec(1), rec(2), left({ outcome: 'success' }), own({}), rec(5)],
    revisions: [...revisions.slice(0, 3), copy(4, 2), live(5)],
    expected: '→ 4',
  },
  {
    name: 'an undo of deploy-helm in the same run is not this rollback',
    records: [rec(1), rec(2), left({ outcome: 'success', part: 'deploy-helm' })],
    revisions,
    expected: '→ 1',
  },
];
