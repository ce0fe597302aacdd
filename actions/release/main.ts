import { runAction } from '../../lib/runtime/run-action.ts';
import { mainOrPost } from '../../lib/runtime/run-post.ts';
import { parseInputs, secretInputs } from './inputs.ts';
import { post } from './post.ts';
import { report } from './report.ts';
import { release } from './run.ts';
import { wireRelease } from './wire.ts';

const action = {
  name: 'release',
  secrets: secretInputs,
  hasPost: true,
  parse: parseInputs,
  run: release,
  report,
};

await mainOrPost(() => runAction(action, wireRelease), post);
