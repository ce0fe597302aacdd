import { createHash } from 'node:crypto';
import type { SshPlace } from '../../domain/ssh/place.ts';
import type { Files } from '../../ports/files.ts';
import type { SshFiles } from './argv.ts';

/** Key and known hosts, where only this step can read them. */
export async function writeSshFiles({ key, knownHosts, host }: SshPlace, files: Files): Promise<SshFiles> {
  // One host may be entered with two keys: as the database's, and as where backups go.
  const which = createHash('sha256').update(`${key}\n${knownHosts}`).digest('hex').slice(0, 8);
  const name = `${host.replace(/[^a-zA-Z0-9.-]/g, '_')}-${which}`;
  const withEnd = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`); // ssh wants it
  return {
    key: await files.writePrivate(`ssh-key-${name}`, withEnd(key)),
    knownHosts: await files.writePrivate(`known-hosts-${name}`, withEnd(knownHosts)),
  };
}
