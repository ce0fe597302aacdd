import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from '../../../lib/domain/database/locator.ts';
import type { SshPlace } from '../../../lib/domain/ssh/place.ts';
import type { Database } from '../../../lib/ports/database.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';
import type { SshServer } from '../../../sandbox/ssh/server.ts';
import type { ServedEngine } from '../../support/databases/engines.ts';
import { filesIn } from '../../support/private-files.ts';

export interface OverSsh extends Pick<Locator, 'user' | 'password'> {
  readonly ssh: SshServer;
  /** Where the files of the steps are. */
  readonly folder: string;
  readonly over?: Partial<SshPlace>;
}

/** A database on the host of a real OpenSSH server, by a real ssh. */
export async function overSsh(
  { engine, connect }: ServedEngine,
  database: string,
  { ssh, folder, over = {}, ...as }: OverSsh,
): Promise<Database> {
  const { host, port, user, key, knownHosts } = ssh;
  const place = { kind: 'ssh', over: { host, port, user, key, knownHosts, ...over } } as const;
  const env = { PATH: process.env['PATH'] ?? '' };
  const files = filesIn(await mkdtemp(join(folder, 'home-')));
  const ports = { files, spawn: processSpawn(env), stream: processStreams(env) };
  return connect({ engine, place, database, ...as }, ports);
}
