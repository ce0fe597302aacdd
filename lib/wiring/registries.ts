/** What every action that speaks to registries is put together from. */
import { dockerConfig } from '../adapters/docker-config/client.ts';
import type { DockerConfig } from '../adapters/docker-config/client.ts';
import { userDockerConfig } from '../adapters/docker-config/place.ts';
import { ecrLogins } from '../adapters/ecr/client.ts';
import { isLoopback } from '../adapters/registry/address.ts';
import { registryStore } from '../adapters/registry/store.ts';
import { transport } from '../adapters/http/transport.ts';
import type { RegistryLogin } from '../domain/inputs/registries.ts';
import type { RegistryStore } from '../ports/registry-store.ts';
import { awsOf, proxyOf } from '../runtime/environment.ts';
import type { Context } from '../runtime/step.ts';

export interface Registries {
  readonly store: RegistryStore;
  /** Private to this step: `path` for tools, `loginFor` for what speaks for itself. */
  readonly docker: DockerConfig;
}

/** The logins of input `registries` beside the user's own. `retries`: how often what may pass is tried again. */
export async function wireRegistries(
  { env, clock, spawn, log, temp, signal }: Context,
  logins: readonly RegistryLogin[],
  { retries }: { readonly retries?: number } = {},
): Promise<Registries> {
  const proxy = proxyOf(env);
  const docker = await dockerConfig({
    within: temp.path,
    user: userDockerConfig(env),
    logins,
    ecrLogin: ecrLogins({
      aws: awsOf(env),
      send: transport({ proxy, timeout: 30_000, plainHttp: isLoopback }),
      patience: { clock, random: Math.random, retries: 3, budget: 60_000 },
    }),
    mask: (secret) => log.mask(secret),
    spawn,
  });
  const { loginFor } = docker;
  return {
    docker,
    store: registryStore({ proxy, clock, loginFor, signal, ...(retries === undefined ? {} : { retries }) }),
  };
}
