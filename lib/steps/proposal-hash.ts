import { createHash } from 'node:crypto';
import { canonicalProposal } from '../domain/gate/proposal.ts';
import type { Proposal } from '../domain/gate/proposal.ts';

/** What names a proposal, in the record of its release and in the auditor's line: 64 hex digits. */
export const proposalHash = (proposal: Proposal): string =>
  createHash('sha256').update(canonicalProposal(proposal)).digest('hex');
