import { randomUUID } from 'node:crypto';
import { buildxBuilder } from '../adapters/buildx/client.ts';
import { userDockerConfig } from '../adapters/docker-config/place.ts';
import type { Builder } from '../ports/builder.ts';
import { read } from '../runtime/environment.ts';
import type { Context } from '../runtime/step.ts';

/** A name that says whose builder it is, should one ever be left: run, attempt, and no two alike. */
export const ownBuilderName = ({ actor: { run, attempt } }: Context): string =>
  `slipway-${run || 'local'}-${attempt}-${randomUUID().slice(0, 8)}`;

/** buildx with the logins of the private docker configuration. */
export const builderFor = ({ env, spawn, temp }: Context, dockerConfig: string, ownName: string): Builder =>
  buildxBuilder({
    spawn,
    files: temp,
    folder: temp.path,
    workspace: read(env, 'GITHUB_WORKSPACE'),
    path: read(env, 'PATH'),
    userConfig: userDockerConfig(env),
    buildxConfig: read(env, 'BUILDX_CONFIG'),
    dockerConfig,
    inUse: read(env, 'BUILDX_BUILDER'),
    buildkitHost: read(env, 'BUILDKIT_HOST'),
    ownName,
    runtimeToken: read(env, 'ACTIONS_RUNTIME_TOKEN'),
  });
