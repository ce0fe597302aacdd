/** What any action makes of its step's context, whatever it works on. */
import { connectGitHub } from '../adapters/github/connect.ts';
import type { GitHubPorts } from '../adapters/github/connect.ts';
import type { ClusterSurroundings } from '../adapters/release/connect.ts';
import { githubOf, inputsOf, proxyOf, read } from '../runtime/environment.ts';
import type { Context } from '../runtime/step.ts';

/** GitHub as this step may speak to it: with input `github-token`. */
export function githubFor(context: Context): GitHubPorts {
  const { env, clock, signal, actor, log } = context;
  const token = inputsOf(env)['github-token'] ?? '';
  return connectGitHub({ token, ...githubOf(env), clock, signal, actor, log });
}

export const clusterSurroundings = (
  action: string,
  { clock, log, temp, env }: Context,
): ClusterSurroundings => ({
  action,
  clock,
  log,
  files: temp,
  proxy: proxyOf(env),
  service: { host: read(env, 'KUBERNETES_SERVICE_HOST'), port: read(env, 'KUBERNETES_SERVICE_PORT') },
});
