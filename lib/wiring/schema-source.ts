/** The database of input `database`, for the three actions on a release that compare its schema. */
import type { ConnectOptions } from '../adapters/databases/entry.ts';
import { loadDatabases } from '../adapters/databases/load.ts';
import { kubeconfigAt } from '../domain/cluster.ts';
import type { ClusterAccess } from '../domain/cluster.ts';
import { describeLocator, secretsOfLocator } from '../domain/database/locator.ts';
import type { Locator } from '../domain/database/locator.ts';
import { formatDuration } from '../domain/duration.ts';
import { UnreachableError } from '../domain/errors.ts';
import { readDatabase } from '../domain/inputs/database.ts';
import { InputReader } from '../domain/inputs/reader.ts';
import type { SchemaSource } from '../ports/schemas.ts';
import { inputsOf } from '../runtime/environment.ts';
import type { Context } from '../runtime/step.ts';

/** In milliseconds. A release, and even more an undo, waits for a database no longer than this. */
const patience = 30_000;

/** Nothing is asked of the database before `read`. Its secrets are hidden in the log from here on. */
export function schemaSource(
  locator: Locator | undefined,
  context: Context,
  cluster: ClusterAccess | undefined,
): { readonly database?: SchemaSource } {
  if (locator === undefined) return {};
  for (const secret of secretsOfLocator(locator)) context.log.mask(secret);
  const described = describeLocator(locator);
  const read: SchemaSource['read'] = async ({ signal = context.signal }) => {
    const late = AbortSignal.timeout(patience);
    const either = AbortSignal.any([signal, late]);
    try {
      const { connect } = await loadDatabases();
      const database = await connect(locator, { ...optionsOf(context, cluster), signal: either });
      return await database.schema({ signal: either });
    } catch (error) {
      if (!late.aborted || signal.aborted) throw error;
      throw new UnreachableError(`it did not answer within ${formatDuration(patience)}`, { cause: error });
    }
  };
  return { database: { described, read } };
}

/** For post: the step's state holds no secret, so the input is read again. Main has checked it. */
export function schemaSourceOfPost(
  context: Context,
  cluster: ClusterAccess | undefined,
): { readonly database?: SchemaSource } {
  const given = inputsOf(context.env);
  return schemaSource(readDatabase(new InputReader(given, { known: Object.keys(given) })), context, cluster);
}

function optionsOf(
  { temp: files, spawn, streams: stream }: Context,
  cluster: ClusterAccess | undefined,
): ConnectOptions {
  if (cluster === undefined) return { files, spawn, stream };
  const { kubeconfig: path, ...named } = kubeconfigAt(cluster);
  return { files, spawn, stream, kubeconfig: { path, ...named } };
}
