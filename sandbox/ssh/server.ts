import { execFile } from 'node:child_process';
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serverAccount } from '../databases/account.ts';
import { startPart } from '../images/part.ts';
import type { Part } from '../images/part.ts';
import { packageFile } from '../packages.ts';
import { freePort } from '../free-port.ts';

const run = promisify(execFile);

export interface SshServer extends Part {
  host: string;
  port: number;
  /** The one who may come in, who is also the one who runs it. */
  user: string;
  /** The private key that opens it. */
  key: string;
  /** The line of a known_hosts file that it answers to. */
  knownHosts: string;
}

export interface SshOrder {
  /** An account of the machine; as root the server runs as it, so that it needs no account of its own. */
  user: string;
  /** What a session finds in its environment. */
  environment?: Readonly<Record<string, string>>;
}

/** Starts Debian's OpenSSH server, which need not be installed, on a free port of 127.0.0.1, with keys of its own. */
export async function startSshServer({ user, environment = {} }: SshOrder): Promise<SshServer> {
  const [sshd, account, port] = [
    await packageFile('openssh-server', 'usr/sbin/sshd'),
    await serverAccount(user),
    await freePort(),
  ];
  const triplet = process.arch === 'x64' ? 'x86_64-linux-gnu' : 'aarch64-linux-gnu';
  const library = await packageFile('libwrap0', `usr/lib/${triplet}/libwrap.so.0`);
  const keys = { key: '', hostKey: '' };
  const part = await startPart({
    name: 'sshd',
    async prepare(directory) {
      const [hostKey, userKey, config] = ['host', 'user', 'config'].map((name) => join(directory, name)) as [
        string,
        string,
        string,
      ];
      for (const file of [hostKey, userKey])
        await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
      keys.key = await readFile(userKey, 'utf8');
      keys.hostKey = (await readFile(`${hostKey}.pub`, 'utf8')).trim();
      await writeFile(config, configuration(directory, port, environment));
      for (const file of [hostKey, config, directory]) await account.take(file);
      await chmod(`${userKey}.pub`, 0o644);
      // Copies: the cache is its owner's alone.
      await copyFile(library, join(directory, 'libwrap.so.0'));
      await copyFile(sshd, join(directory, 'sshd'));
      await chmod(join(directory, 'sshd'), 0o755);
      const own = join(directory, 'sshd');
      const [program, ...args] = [...account.prefix, own, '-D', '-e', '-f', config];
      return { program, args, env: { LD_LIBRARY_PATH: directory } };
    },
    ready: /Server listening on 127\.0\.0\.1/,
  });
  const knownHosts = `[127.0.0.1]:${port} ${keys.hostKey}`;
  return { ...part, host: '127.0.0.1', port, user, key: keys.key, knownHosts };
}

const configuration = (
  directory: string,
  port: number,
  environment: Readonly<Record<string, string>>,
): string =>
  [
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${directory}/host`,
    `AuthorizedKeysFile ${directory}/user.pub`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PidFile none',
    'PrintMotd no',
    ...(Object.keys(environment).length === 0
      ? []
      : [
          `SetEnv ${Object.entries(environment)
            .map(([name, value]) => `${name}=${value}`)
            .join(' ')}`,
        ]),
    '',
  ].join('\n');
