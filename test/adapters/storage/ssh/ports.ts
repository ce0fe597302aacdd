/** A destination on a real OpenSSH server, as tests open it. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sshStorage } from '../../../../lib/adapters/storage/ssh/store.ts';
import type { SshStorageOptions } from '../../../../lib/adapters/storage/ssh/store.ts';
import type { SshPlace } from '../../../../lib/domain/ssh/place.ts';
import type { Storage } from '../../../../lib/ports/storage.ts';
import { systemClock } from '../../../../lib/runtime/clock.ts';
import { processStreams } from '../../../../lib/runtime/process-stream.ts';
import type { SshServer } from '../../../../sandbox/ssh/server.ts';
import { filesIn } from '../../../support/private-files.ts';

/** Of this process; a program that is to be killed is given its test's, who removes it. */
export const keysFolder = process.env['SSH_KEYS_FOLDER'] ?? mkdtempSync(join(tmpdir(), 'slipway-ssh-keys-'));

export function storeAt(
  server: Pick<SshServer, 'host' | 'port' | 'user' | 'key' | 'knownHosts'>,
  directory: string,
  options: Partial<SshStorageOptions> = {},
  over: Partial<SshPlace> = {},
): Storage {
  const { host, port, user, key, knownHosts } = server;
  return sshStorage({
    destination: { kind: 'ssh', host, port, user, directory },
    over: { host, port, user, key, knownHosts, ...over },
    files: filesIn(keysFolder),
    streams: processStreams({ PATH: process.env['PATH'] ?? '' }),
    clock: systemClock,
    newMark: randomUUID,
    ...options,
  });
}
