import { mainOrPost } from '../../lib/runtime/run-post.ts';
import { runAction } from '../../lib/runtime/run-action.ts';
import { parseInputs, secretInputs } from './inputs.ts';
import { post } from './post.ts';
import { report } from './report.ts';
import { smokeTest } from './run.ts';
import { wireSmokeTest } from './wire.ts';

const action = {
  name: 'smoke-test',
  secrets: secretInputs,
  hasPost: true,
  failsByAnswerOnly: true,
  parse: parseInputs,
  run: smokeTest,
  report,
};

await mainOrPost(() => runAction(action, wireSmokeTest), post);
