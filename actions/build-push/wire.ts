import { join } from 'node:path';
import { cosignSigner } from '../../lib/adapters/cosign/client.ts';
import { gitCli } from '../../lib/adapters/git/client.ts';
import { commandScanner } from '../../lib/adapters/scanner/client.ts';
import { sourceTree } from '../../lib/adapters/source-tree/client.ts';
import { secretValues } from '../../lib/domain/build/secrets.ts';
import { read } from '../../lib/runtime/environment.ts';
import type { Context } from '../../lib/runtime/step.ts';
import { builderFor, ownBuilderName } from '../../lib/wiring/builder.ts';
import { handover } from '../../lib/wiring/handover.ts';
import { wireRegistries } from '../../lib/wiring/registries.ts';
import type { FinishPorts } from './finish.ts';
import type { Inputs } from './inputs.ts';
import type { Left, Ports } from './ports.ts';

export async function wireBuildPush(context: Context, { what, registries, retries }: Inputs): Promise<Ports> {
  const { env, clock, log, spawn, signal, temp, actor } = context;
  for (const secret of what.kind === 'build' ? secretValues(what.intent, env) : []) log.mask(secret);
  const { docker, store } = await wireRegistries(context, registries, { retries });
  const workspace = read(env, 'GITHUB_WORKSPACE');
  const path = read(env, 'PATH');
  const surroundings = { spawn, files: temp, folder: temp.path, workspace, path, dockerConfig: docker.path };
  return {
    builder: builderFor(context, docker.path, ownBuilderName(context)),
    signer: cosignSigner(surroundings),
    scanner: commandScanner(surroundings),
    registry: store,
    tree: sourceTree({ spawn, signal }),
    git: gitCli({ spawn, folder: workspace, signal }),
    files: temp,
    workspace,
    environment: env,
    runnerPlatform: `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`,
    actor,
    clock,
    log,
    signal,
    leave: handover<Left>(context).tell,
  };
}

/** Main has left its folder to post: the private configuration and the record of its builder are still in it. */
export function wireFinish(context: Context): { left: Left; ports: FinishPorts } | undefined {
  const left = handover<Left>(context).told();
  if (left === undefined) return undefined;
  const dockerConfig = join(context.temp.path, 'docker-config');
  return { left, ports: { builder: builderFor(context, dockerConfig, left.builder) } };
}
