import { workspaceLook } from '../../lib/adapters/buildx/workspace.ts';
import { mainOrPost } from '../../lib/runtime/run-post.ts';
import { runAction } from '../../lib/runtime/run-action.ts';
import type { Action } from '../../lib/runtime/run-action.ts';
import { parseInputs, secretInputs } from './inputs.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';
import { post } from './post.ts';
import { report } from './report.ts';
import type { BuildPushResult } from './result.ts';
import { buildPush } from './run.ts';
import { wireBuildPush } from './wire.ts';

const action: Action<Inputs, Ports, BuildPushResult> = {
  name: 'build-push',
  secrets: secretInputs,
  hasPost: true,
  parse: (given, env) => parseInputs(given, env, workspaceLook(env['GITHUB_WORKSPACE'] ?? '')),
  run: buildPush,
  report,
};

await mainOrPost(() => runAction(action, wireBuildPush), post);
