import { recordSchema } from '../../../lib/domain/record/types.ts';
import type { Actor, RecordVerdict, ReleaseRecord } from '../../../lib/domain/record/types.ts';

export const actor: Actor = {
  repository: 'acme/shop',
  run: '42',
  attempt: 1,
  job: '7',
  actor: 'ada',
  sha: 'abc',
  ref: 'refs/heads/main',
};

export const content = {
  images: { 'Deployment/web/app': 'registry.test/shop@sha256:aa' },
  chart: 'shop',
  chartVersion: '1.2.3',
  chartDigest: '',
  valuesHash: 'ff',
};

export const verdict = (
  name: string,
  outcome: RecordVerdict['outcome'],
  by: Partial<Actor> = {},
): RecordVerdict => ({
  name,
  outcome,
  reason: 'because',
  at: '2026-01-01T00:00:00.000Z',
  by: { ...actor, ...by },
});

export const record = (seq: number, more: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
  schema: recordSchema,
  id: `prod/shop#${seq}`,
  seq,
  release: 'shop',
  namespace: 'prod',
  kind: 'release',
  state: 'ready',
  createdAt: '2026-01-01T00:00:00.000Z',
  by: actor,
  to: content,
  revision: seq,
  steps: [],
  verdicts: [],
  expects: [],
  undoable: 'automatic',
  ...more,
});
