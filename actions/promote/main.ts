import { runAction } from '../../lib/runtime/run-action.ts';
import { mainOrPost } from '../../lib/runtime/run-post.ts';
import { parseInputs, secretInputs } from './inputs.ts';
import { post } from './post.ts';
import { report } from './report.ts';
import { promote } from './run.ts';
import { wirePromote } from './wire.ts';

const action = {
  name: 'promote',
  secrets: secretInputs,
  hasPost: true,
  parse: parseInputs,
  run: promote,
  report,
};

await mainOrPost(() => runAction(action, wirePromote), post);
