import { mainOrPost } from '../../lib/runtime/run-post.ts';
import { runAction } from '../../lib/runtime/run-action.ts';
import { parseInputs, secretInputs } from './inputs.ts';
import { post } from './post.ts';
import { report } from './report.ts';
import { rollback } from './run.ts';
import { wireRollback } from './wire.ts';

const action = {
  name: 'rollback',
  secrets: secretInputs,
  hasPost: true,
  parse: parseInputs,
  run: rollback,
  report,
};

await mainOrPost(() => runAction(action, wireRollback), post);
