import { join } from 'node:path';
import { chartMuseum } from '../../lib/adapters/chartmuseum/client.ts';
import { cosignSigner } from '../../lib/adapters/cosign/client.ts';
import { helmCli } from '../../lib/adapters/helm/client.ts';
import { chartPackager } from '../../lib/adapters/helm/packager.ts';
import { isLoopback } from '../../lib/adapters/registry/address.ts';
import { transport } from '../../lib/adapters/http/transport.ts';
import { helmRegistryConfig, proxyOf, read } from '../../lib/runtime/environment.ts';
import type { Context } from '../../lib/runtime/step.ts';
import { wireRegistries } from '../../lib/wiring/registries.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';

export async function wirePublishChart(context: Context, inputs: Inputs): Promise<Ports> {
  const { env, spawn, log, temp, clock, actor, signal } = context;
  const { store, docker } = await wireRegistries(context, inputs.registries);
  const workspace = read(env, 'GITHUB_WORKSPACE');
  // helm falls back on docker's logins: so dependencies in registries are fetched with the same as charts are published.
  const withLogins: typeof spawn = (command, options) =>
    spawn({ ...command, env: { ...command.env, DOCKER_CONFIG: docker.path } }, options);
  const home = { path: join(temp.path, 'helm'), kubeconfig: '' };
  return {
    charts: helmCli(withLogins, { home, workspace, registryConfig: helmRegistryConfig(env) }),
    packager: chartPackager(spawn, { home: home.path, workspace, signal }),
    store,
    museum: chartMuseum({
      send: transport({ proxy: proxyOf(env), timeout: 30_000, plainHttp: isLoopback }),
      patience: { clock, random: Math.random, retries: 4, budget: 60_000 },
      loginFor: docker.loginFor,
      signal,
    }),
    signer: cosignSigner({ spawn, files: temp, dockerConfig: docker.path, workspace }),
    clock,
    log,
    actor,
    signal,
  };
}
