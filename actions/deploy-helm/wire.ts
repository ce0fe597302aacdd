import { wireMain, wirePost } from '../../lib/wiring/release.ts';
import type { Context } from '../../lib/runtime/step.ts';
import type { FinishPorts } from './finish.ts';
import type { Inputs } from './inputs.ts';
import type { Left } from './left.ts';
import type { Ports } from './ports.ts';

const action = 'deploy-helm';

export const wireDeploy = (context: Context, inputs: Inputs): Promise<Ports> =>
  wireMain<Left>(action, context, inputs.cluster);

export const wireFinish = (context: Context): Promise<{ left: Left; ports: FinishPorts } | undefined> =>
  wirePost<Left>(action, context);
