/** Throwaway servers at a place. The adapters of an engine and of a place are loaded only where they are needed. */
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import type { ScratchPorts, ScratchTarget } from '../adapters/scratch/ports.ts';
import type { ClusterAccess } from '../domain/cluster.ts';
import type { ScratchPlace } from '../domain/database/scratch-place.ts';
import type { Milliseconds } from '../domain/duration.ts';
import type { Database } from '../ports/database.ts';
import type { ScratchServers } from '../ports/scratch.ts';
import { read } from '../runtime/environment.ts';
import type { Context } from '../runtime/step.ts';
import { connectDatabase, kubeconfigFor } from './database.ts';

/**
 * Asks nobody anything yet. `cluster` is needed for a pod, and for a given server in one; `lifetime` is how long a
 * server may live when nobody ends it: longer than the step may take.
 */
export async function scratchServers(
  place: ScratchPlace,
  context: Context,
  cluster: ClusterAccess | undefined,
  lifetime: Milliseconds,
): Promise<ScratchServers> {
  const { clock, log, spawn, streams: stream, temp: files, env } = context;
  const ports: ScratchPorts = {
    clock,
    log,
    spawn,
    stream,
    lifetime,
    hex: () => randomBytes(4).toString('hex'),
    connect: (target) => connect(target, context),
  };
  switch (place.kind) {
    case 'container': {
      const { containerScratch } = await import(
        /* webpackMode: "eager" */ '../adapters/scratch/container.ts'
      );
      return containerScratch(place, { ...ports, files });
    }
    case 'pod': {
      if (cluster === undefined) throw new Error('a pod needs a cluster');
      const { podScratch } = await import(/* webpackMode: "eager" */ '../adapters/scratch/pod.ts');
      return podScratch(place, { ...ports, kubeconfig: await kubeconfigFor(cluster, context) });
    }
    case 'server': {
      const { serverScratch } = await import(/* webpackMode: "eager" */ '../adapters/scratch/server.ts');
      return serverScratch(place, await connectDatabase(place.locator, context, cluster), ports);
    }
    case 'local':
    default: {
      const { localScratch } = await import(/* webpackMode: "eager" */ '../adapters/scratch/local.ts');
      const temp = read(env, 'RUNNER_TEMP') || tmpdir();
      return localScratch({ temp, short: '/tmp' }, ports);
    }
  }
}

/** For post, when the servers of a killed main have ended: their folders, which are this runner's alone. */
export async function removeDesertedScratch({ env }: Pick<Context, 'env'>): Promise<void> {
  const { removeDeserted } = await import(/* webpackMode: "eager" */ '../adapters/scratch/home.ts');
  await removeDeserted(read(env, 'RUNNER_TEMP') || tmpdir());
}

async function connect(
  target: ScratchTarget,
  { temp: files, streams: stream, env }: Context,
): Promise<Database> {
  const ports = { files, stream, path: read(env, 'PATH') };
  if (target.engine === 'postgresql') {
    const { connectScratchPostgres } = await import(
      /* webpackMode: "eager" */ '../adapters/scratch/connect-postgresql.ts'
    );
    return connectScratchPostgres(target, ports);
  }
  const { connectScratchMysql } = await import(
    /* webpackMode: "eager" */ '../adapters/scratch/connect-mysql.ts'
  );
  return connectScratchMysql(target, ports);
}
