import { runAction } from '../../lib/runtime/run-action.ts';
import { mainOrPost } from '../../lib/runtime/run-post.ts';
import { parseInputs, secretInputs } from './inputs.ts';
import { post } from './post.ts';
import { report } from './report.ts';
import { publishChart } from './run.ts';
import { wirePublishChart } from './wire.ts';

const action = {
  name: 'publish-chart',
  secrets: secretInputs,
  hasPost: true,
  parse: parseInputs,
  run: publishChart,
  report,
};

await mainOrPost(() => runAction(action, wirePublishChart), post);
