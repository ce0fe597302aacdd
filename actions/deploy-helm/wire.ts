import { wireMain, wirePost } from '../../lib/wiring/release.ts';
import { schemaSource, schemaSourceOfPost } from '../../lib/wiring/schema-source.ts';
import type { Context } from '../../lib/runtime/step.ts';
import type { FinishPorts } from './finish.ts';
import type { Inputs } from './inputs.ts';
import type { Left } from './left.ts';
import type { Ports } from './ports.ts';

const action = 'deploy-helm';

export async function wireDeploy(context: Context, { cluster, database }: Inputs): Promise<Ports> {
  const wired = await wireMain<Left>(action, context, cluster);
  return { ...wired, ...schemaSource(database, context, wired.access) };
}

export async function wireFinish(context: Context): Promise<{ left: Left; ports: FinishPorts } | undefined> {
  const wired = await wirePost<Left>(action, context);
  if (wired === undefined) return undefined;
  const { left, ports } = wired;
  return { left, ports: { ...ports, ...schemaSourceOfPost(context, ports.access) } };
}
