import { gitCli } from '../../lib/adapters/git/client.ts';
import { read } from '../../lib/runtime/environment.ts';
import type { Context } from '../../lib/runtime/step.ts';
import { wireRegistries } from '../../lib/wiring/registries.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';

export async function wirePlanRelease(context: Context, { update }: Inputs): Promise<Ports> {
  const { env, spawn, log, temp, signal } = context;
  const workspace = read(env, 'GITHUB_WORKSPACE');
  const registries = update === undefined ? undefined : await wireRegistries(context, update.registries);
  return {
    log,
    files: temp,
    git: gitCli({ spawn, folder: workspace, signal }),
    ...(registries === undefined ? {} : { store: registries.store }),
    workspace,
  };
}
