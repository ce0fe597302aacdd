import { expect, test } from '@jest/globals';
import { keepDecision } from '../../../actions/approval-gate/audit.ts';
import { proposal } from '../../domain/gate/cases.ts';
import { actor } from '../../domain/record/samples.ts';

const decided = {
  decision: { kind: 'open', approval: undefined, exceptions: [] },
  environment: 'production',
  actor,
  now: 0,
  approvedAt: undefined,
} as const;
const files = { keep: (name: string) => name };

test('the line is about the commit of the proposal: a run that a comment starts is of the default branch', () => {
  expect(keepDecision({ ...decided, proposal }, files).audit.commit).toBe(proposal.commit);
  expect(keepDecision({ ...decided, proposal: undefined }, files).audit.commit).toBe(actor.sha);
});
