import type { ClusterAccess } from '../cluster.ts';
import type { Locator } from '../database/locator.ts';
import type { ScratchPlace } from '../database/scratch-place.ts';
import { clusterInputNames, readCluster } from './cluster.ts';
import type { InputReader } from './reader.ts';

/** What of a step may lie in a cluster: the database, and where its backup is restored. */
export interface Places {
  readonly locator?: Locator | undefined;
  readonly scratch?: ScratchPlace | undefined;
}

/** Which cluster is meant, where anything lies in one; else its inputs are faults: nobody would look at them. */
export function readDatabaseCluster(
  reader: InputReader,
  env: Readonly<Record<string, string | undefined>>,
  { locator, scratch }: Places,
): ClusterAccess | undefined {
  const inCluster =
    locator?.place.kind === 'kubernetes' ||
    scratch?.kind === 'pod' ||
    (scratch?.kind === 'server' && scratch.locator.place.kind === 'kubernetes');
  if (inCluster) return readCluster(reader, env);
  for (const input of clusterInputNames.filter((name) => reader.has(name)))
    reader.fault({ input, problem: 'is not needed: neither the database nor its proof is in a cluster' });
  return undefined;
}
