/** A command that runs on another host, by OpenSSH. No secret is ever among its arguments. */
import type { Milliseconds } from '../../domain/duration.ts';
import type { SshPlace } from '../../domain/ssh/place.ts';

export interface SshFiles {
  /** The private key, 0600. */
  readonly key: string;
  readonly knownHosts: string;
}

const aliveEvery: Milliseconds = 15_000;

/**
 * OpenSSH, without the user's configuration. A host whose key is not known is refused, and a connection that went
 * silent ends within a minute. The whole command is one word for the other side's shell, so it is quoted here.
 */
export const sshArgv = (place: SshPlace, files: SshFiles, tool: readonly string[]): string[] => [
  'ssh',
  ...options(files),
  ...jump(place, files),
  '-p',
  String(place.port),
  '-T',
  `${place.user}@${place.host}`,
  '--',
  tool.map(quoted).join(' '),
];

const options = ({ key, knownHosts }: SshFiles): string[] => [
  '-F',
  '/dev/null',
  '-i',
  key,
  ...[
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${knownHosts}`,
    'GlobalKnownHostsFile=/dev/null',
    'ConnectTimeout=30',
    `ServerAliveInterval=${aliveEvery / 1_000}`,
    'ServerAliveCountMax=4',
    'LogLevel=ERROR',
  ].flatMap((option) => ['-o', option]),
];

/** Not -J: the connection to the host in between would know neither the key nor the known hosts of this one. */
function jump({ jump: between }: SshPlace, files: SshFiles): string[] {
  if (between === undefined) return [];
  const { host, port, user } = between;
  const command = ['ssh', ...options(files), '-p', String(port), '-W', '[%h]:%p', `${user}@${host}`];
  // Percent signs of our own paths would be taken for ssh's: only -W's are meant.
  const words = command.map((word) => quoted(word === '[%h]:%p' ? word : word.replaceAll('%', '%%')));
  return ['-o', `ProxyCommand=${words.join(' ')}`];
}

/** One word of a POSIX shell. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
