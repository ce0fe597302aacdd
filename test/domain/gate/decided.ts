import { decisionSchema } from '../../../lib/domain/gate/audit.ts';
import type { AuditLine } from '../../../lib/domain/gate/audit.ts';

/** A gate that grace opened, but for what a test says. */
export const decided = (more: Partial<AuditLine> = {}): AuditLine => ({
  schema: decisionSchema,
  at: '2026-01-01T10:00:05.000Z',
  environment: 'production',
  decision: 'open',
  why: [],
  approvedBy: 'grace',
  approvedAt: '2026-01-01T10:00:00.000Z',
  comment: 'go',
  exceptions: [],
  proposal: '',
  repository: 'acme/shop',
  run: '42',
  attempt: 1,
  commit: 'c'.repeat(40),
  startedBy: 'ada',
  ...more,
});
