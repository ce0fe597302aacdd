import { kubectlForwards } from '../../lib/adapters/forwards/kubectl.ts';
import { httpProbes } from '../../lib/adapters/probes/client.ts';
import { secretsOf } from '../../lib/domain/checks/needs.ts';
import { kubeconfigAt } from '../../lib/domain/cluster.ts';
import { proxyOf } from '../../lib/runtime/environment.ts';
import type { Context } from '../../lib/runtime/step.ts';
import { wireMain, wirePost } from '../../lib/wiring/release.ts';
import { schemaSource } from '../../lib/wiring/schema-source.ts';
import type { FinishPorts } from './finish.ts';
import type { Inputs } from './inputs.ts';
import type { Left } from './left.ts';
import type { Ports } from './ports.ts';

const action = 'rollback';

export async function wireRollback(context: Context, inputs: Inputs): Promise<Ports> {
  for (const secret of secretsOf(inputs.verify, undefined)) context.log.mask(secret);
  const wired = await wireMain<Left>(action, context, inputs.cluster);
  return {
    ...wired,
    ...schemaSource(inputs.database, context, wired.access),
    probes: httpProbes({ proxy: proxyOf(context.env) }),
    forwards: kubectlForwards({ spawn: context.spawn, ...kubeconfigAt(wired.access) }),
  };
}

export const wireFinish = (context: Context): Promise<{ left: Left; ports: FinishPorts } | undefined> =>
  wirePost<Left>(action, context);
