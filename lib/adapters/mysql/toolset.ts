/** Which programs of MySQL or MariaDB are there, where they are to run. */
import type { Engine } from '../../domain/database/locator.ts';
import { readVersion } from '../../domain/database/versions.ts';
import type { Version } from '../../domain/database/versions.ts';
import { TargetError } from '../../domain/errors.ts';

export interface Tool {
  readonly program: string;
  /** `engine` says whose program it is; both families have a `mysqldump`. */
  readonly version: Version;
}

export interface Toolset {
  readonly client: Tool;
  readonly dump: Tool;
}

/** MariaDB's programs have both names, the old ones not everywhere any more (from 11 on); MySQL's have one. */
const names = {
  mariadb: { client: ['mariadb', 'mysql'], dump: ['mariadb-dump', 'mysqldump'] },
  mysql: { client: ['mysql', 'mariadb'], dump: ['mysqldump', 'mariadb-dump'] },
} as const;

/** Prints for the client and for the dump tool its name and what it says of itself. Runs in any POSIX sh. */
export const findToolsArgv = (engine: Engine): string[] => {
  const { client, dump } = names[engine === 'mysql' ? 'mysql' : 'mariadb'];
  return ['sh', '-c', script, 'sh', ...client, ...dump];
};

const script = `tell() {
  if command -v "$1" >/dev/null 2>&1; then found=$1; else found=$2; fi
  command -v "$found" >/dev/null 2>&1 || { echo "sh: $1: not found" >&2; exit 127; }
  echo "$found" && "$found" --version
}
tell "$1" "$2" && tell "$3" "$4"`;

/** Reads what `findToolsArgv` prints. */
export function readToolset(engine: Engine, text: string, subject: string): Toolset {
  const [client = '', clientSaid = '', dump = '', dumpSaid = ''] = text.split('\n');
  const tool = (program: string, said: string): Tool => ({
    program,
    version: knownVersion(engine, program, said, subject),
  });
  return { client: tool(client, clientSaid), dump: tool(dump, dumpSaid) };
}

export function knownVersion(engine: Engine, what: string, said: string, subject: string): Version {
  const version = readVersion(engine, said);
  if (version !== undefined) return version;
  throw new TargetError(`${what} says no version that can be read: ${JSON.stringify(said.slice(0, 80))}`, {
    subject,
    remedy: 'see that the tools of MySQL or MariaDB are meant',
  });
}
