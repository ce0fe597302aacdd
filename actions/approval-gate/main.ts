import { runAction } from '../../lib/runtime/run-action.ts';
import { parseInputs, secretInputs } from './inputs.ts';
import { report } from './report.ts';
import { approvalGate } from './run.ts';
import { wireApprovalGate } from './wire.ts';

const action = {
  name: 'approval-gate',
  secrets: secretInputs,
  failsByAnswerOnly: true,
  parse: parseInputs,
  run: approvalGate,
  report,
};

await runAction(action, wireApprovalGate);
