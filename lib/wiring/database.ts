/** The database that a locator names. The adapter of an engine, and a cluster, are loaded only where they are needed. */
import type { ConnectOptions } from '../adapters/database-place/way.ts';
import { kubeconfigAt } from '../domain/cluster.ts';
import type { ClusterAccess } from '../domain/cluster.ts';
import { secretsOfLocator } from '../domain/database/locator.ts';
import type { Locator } from '../domain/database/locator.ts';
import type { Database } from '../ports/database.ts';
import type { Context } from '../runtime/step.ts';
import { clusterSurroundings } from './step.ts';

/**
 * Asks the server nothing yet; of a cluster, which pod a selector means. `cluster` is needed for a pod alone. The
 * secrets of the locator are hidden in the log from here on.
 */
export async function connectDatabase(
  locator: Locator,
  context: Context,
  cluster?: ClusterAccess,
): Promise<Database> {
  const { log, temp: files, spawn, streams: stream, signal } = context;
  for (const secret of secretsOfLocator(locator)) log.mask(secret);
  const options: ConnectOptions = { files, spawn, stream, signal };
  const place =
    locator.place.kind === 'kubernetes' && cluster !== undefined
      ? { ...options, kubeconfig: await kubeconfigFor(cluster, context) }
      : options;
  if (locator.engine === 'postgresql') {
    const { connectPostgres } = await import(/* webpackMode: "eager" */ '../adapters/postgresql/connect.ts');
    return connectPostgres(locator, place);
  }
  const { connectMysql } = await import(/* webpackMode: "eager" */ '../adapters/mysql/connect.ts');
  return connectMysql(locator, place);
}

/** kubectl wants a file: the one that there is, or one that only this step can read. */
export async function kubeconfigFor(
  cluster: ClusterAccess,
  context: Context,
): Promise<{ path: string; context?: string }> {
  const { connectCluster } = await import(/* webpackMode: "eager" */ '../adapters/release/connect.ts');
  const access =
    cluster.kind === 'file'
      ? cluster
      : (await connectCluster(cluster, clusterSurroundings('database', context))).access;
  const { kubeconfig, ...named } = kubeconfigAt(access);
  return { path: kubeconfig, ...named };
}
