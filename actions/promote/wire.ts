import { cosignSigner } from '../../lib/adapters/cosign/client.ts';
import { read } from '../../lib/runtime/environment.ts';
import type { Context } from '../../lib/runtime/step.ts';
import { wireRegistries } from '../../lib/wiring/registries.ts';
import { githubFor } from '../../lib/wiring/step.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';

export async function wirePromote(context: Context, inputs: Inputs): Promise<Ports> {
  const { env, clock, log, spawn, signal, temp, actor } = context;
  const { docker, store } = await wireRegistries(context, inputs.registries);
  const workspace = read(env, 'GITHUB_WORKSPACE');
  return {
    registry: store,
    signer: cosignSigner({ spawn, files: temp, dockerConfig: docker.path, workspace }),
    history: githubFor(context).history,
    files: temp,
    clock,
    log,
    actor,
    signal,
  };
}
