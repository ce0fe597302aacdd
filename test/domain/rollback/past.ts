/** Histories in a few words, for tables. */
import { recordSchema } from '../../../lib/domain/record/types.ts';
import type { Actor, ReleaseRecord } from '../../../lib/domain/record/types.ts';
import type { PastRevision } from '../../../lib/domain/rollback/types.ts';

export const me: Actor = {
  repository: 'acme/shop',
  run: '100',
  attempt: 1,
  job: '7',
  actor: 'ana',
  sha: 'a',
  ref: 'main',
};
export const another: Actor = { ...me, run: '99', actor: 'bob' };

export const installed = '2026-01-01T00:00:00.000Z';
export const minute = (n: number): string => new Date(Date.parse(installed) + n * 60_000).toISOString();

/** A revision of Helm's: `rev(3)` was superseded; images are named after it. */
export const rev = (revision: number, more: Partial<PastRevision> = {}): PastRevision => ({
  revision,
  status: 'superseded',
  description: 'Upgrade complete',
  deployedAt: minute(revision),
  installedAt: installed,
  chart: 'shop',
  chartVersion: `1.${revision}.0`,
  images: { 'Deployment/shop/app': `registry.test/shop@sha256:${String(revision).repeat(64).slice(0, 64)}` },
  ...more,
});

/** The record #seq of a release, verified unless it says otherwise. */
export const rec = (seq: number, more: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
  schema: recordSchema,
  id: `prod/shop#${seq}`,
  seq,
  release: 'shop',
  namespace: 'prod',
  kind: 'release',
  state: 'verified',
  createdAt: minute(seq),
  by: another,
  to: { images: {}, chart: 'shop', chartVersion: '', chartDigest: '', valuesHash: '' },
  revision: seq,
  installedAt: installed,
  steps: [],
  verdicts: [],
  expects: [],
  undoable: 'automatic',
  ...more,
});

/** The record of a rollback that made `revision` a copy of `of`. */
export const back = (
  seq: number,
  revision: number,
  of: number,
  more: Partial<ReleaseRecord> = {},
): ReleaseRecord => {
  const record = rec(seq, { kind: 'rollback', revision, ...more });
  return { ...record, to: { ...record.to, revision: of } };
};

export const verdict = (outcome: 'pass' | 'fail' | 'inconclusive', name = 'smoke-test') => ({
  name,
  outcome,
  reason: `said ${outcome}`,
  at: minute(50),
  by: another,
});

export const live = (revision: number, more: Partial<PastRevision> = {}): PastRevision =>
  rev(revision, { status: 'deployed', ...more });
export const failed = (revision: number, more: Partial<PastRevision> = {}): PastRevision =>
  rev(revision, { status: 'failed', ...more });
export const copy = (revision: number, of: number, more: Partial<PastRevision> = {}): PastRevision =>
  rev(revision, { description: `Rollback to ${of}`, ...more });
export const claim = (more: Partial<NonNullable<ReleaseRecord['undo']>> = {}) => ({
  by: another,
  at: minute(9),
  part: 'deploy-helm',
  toRevision: 1,
  ...more,
});
