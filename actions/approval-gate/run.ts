import { decide } from './decide.ts';
import type { DecidedResult } from './decide.ts';
import type { Inputs } from './inputs.ts';
import { openIssue } from './open-issue.ts';
import type { OpenedResult } from './open-issue.ts';
import type { Ports } from './ports.ts';
import { propose } from './propose.ts';
import type { ProposeResult } from './propose.ts';
import { verify } from './verify.ts';
import type { VerifyResult } from './verify.ts';

export type GateResult = ProposeResult | VerifyResult | OpenedResult | DecidedResult;

/** Before the gate: the page to decide on. After it: whether it was one. */
export function approvalGate(inputs: Inputs, ports: Ports): Promise<GateResult> {
  switch (inputs.mode) {
    case 'propose':
      return propose(inputs, ports);
    case 'issue':
      return openIssue(inputs, ports);
    case 'decide':
      return decide(inputs, ports);
    case 'verify':
    default:
      return verify(inputs, ports);
  }
}
