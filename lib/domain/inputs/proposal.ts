import { parseProposal } from '../gate/proposal.ts';
import type { Proposal } from '../gate/proposal.ts';
import type { InputReader } from './reader.ts';

/** Reads the input `proposal`; undefined where none is given. */
export function readProposal(reader: InputReader): Proposal | undefined {
  if (!reader.has('proposal')) return undefined;
  const proposal = parseProposal(reader.text('proposal'));
  if (!('unreadable' in proposal)) return proposal;
  reader.fault({
    input: 'proposal',
    problem: `is no proposal: ${proposal.unreadable}; give the output proposal of approval-gate, from the job before the gate`,
  });
  return undefined;
}
