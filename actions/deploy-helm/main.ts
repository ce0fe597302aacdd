import { mainOrPost } from '../../lib/runtime/run-post.ts';
import { runAction } from '../../lib/runtime/run-action.ts';
import { parseInputs, secretInputs } from './inputs.ts';
import { post } from './post.ts';
import { report } from './report.ts';
import { deployHelm } from './run.ts';
import { wireDeploy } from './wire.ts';

const action = {
  name: 'deploy-helm',
  secrets: secretInputs,
  hasPost: true,
  parse: parseInputs,
  run: deployHelm,
  report,
};

await mainOrPost(() => runAction(action, wireDeploy), post);
