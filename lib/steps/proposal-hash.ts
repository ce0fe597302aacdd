import { createHash } from 'node:crypto';
import { canonicalProposal } from '../domain/gate/proposal.ts';
import type { Proposal } from '../domain/gate/proposal.ts';

/** What names a proposal, in the record of its release and in the auditor's line: 64 hex digits. */
export const proposalHash = (proposal: Proposal): string =>
  createHash('sha256').update(canonicalProposal(proposal)).digest('hex');

/** Of a committed values file, for the proposal and for who is held against it: 64 hex digits. */
export const valuesFileHash = (text: string): string => createHash('sha256').update(text).digest('hex');
