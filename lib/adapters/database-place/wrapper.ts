/**
 * The shell script that runs a database tool elsewhere, in a container, a pod or on another host. Any POSIX sh will
 * do, with sha256sum, tee and wc beside it (coreutils or busybox).
 *
 * A stream that breaks off looks like one that ended (kubernetes#124571: exit 0 and half of the bytes), so the script
 * says on standard error, when the tool has ended, how it ended and what passed there: a trailer. Whoever reads the
 * stream compares; no trailer is a failure.
 */
import type { Account } from '../../domain/storage/account.ts';

/** What of the tool's streams is accounted for: what it writes, what it reads, or neither. */
export type Accounted = 'output' | 'input' | 'none';

const mark = 'slipway-trailer';

/**
 * Reads the password from the first line of its standard input: `read` takes no byte more from a pipe. It is thus in
 * no argument, neither here nor there.
 */
const takePassword = `IFS= read -r secret || exit 97
if [ -n "$secret" ]; then PGPASSWORD=$secret MYSQL_PWD=$secret; export PGPASSWORD MYSQL_PWD; fi
unset secret`;

/**
 * Descriptors: 3 takes what goes into the trailer, 5 is the real output, 6 and 7 are pipes into the hash and the
 * count. tee opens those two by name, for they are pipes; its own output may be a socket, which has no name.
 */
const accountOfOutput = `exec 5>&1
said=$({ { { "$@" 3>&- 5>&-; echo "rc $?" >&3; } | tee /dev/fd/6 >&5; } 6>&1 |
  { tee /dev/fd/7 | sha256sum >&3; } 7>&1 | wc -c >&3; } 3>&1)`;

const accountOfInput = `said=$({ { tee /dev/fd/6 | { "$@" >&2 3>&- 6>&-; echo "rc $?" >&3; }; } 6>&1 |
  { tee /dev/fd/7 | sha256sum >&3; } 7>&1 | wc -c >&3; } 3>&1)`;

const sayTrailer = `set -- $said
code= sum= bytes=
while [ $# -gt 0 ]; do
  case $1 in
    rc) code=$2; shift ;;
    -) ;;
    ????????????????????????????????????????????????????????????????) sum=$1 ;;
    *) bytes=$1 ;;
  esac
  shift
done
echo "${mark} $code $bytes $sum" >&2
exit "\${code:-98}"`;

const scripts: Readonly<Record<Accounted, string>> = {
  none: `${takePassword}\nexec "$@"`,
  output: [takePassword, accountOfOutput, sayTrailer].join('\n'),
  input: [takePassword, accountOfInput, sayTrailer].join('\n'),
};

/** The tool's arguments are the script's own, so that none of them is ever read by a shell. */
export const wrapped = (tool: readonly string[], accounted: Accounted): string[] => [
  'sh',
  '-c',
  scripts[accounted],
  'slipway',
  ...tool,
];

/** What must come first on the script's standard input. A password holds no line end; the locator's parser saw to it. */
export const passwordLine = (password: string | undefined): Uint8Array =>
  new TextEncoder().encode(`${password ?? ''}\n`);

export interface Trailer {
  readonly code: number;
  readonly account: Account;
}

/** Undefined for any other line. */
export function readTrailer(line: string): Trailer | undefined {
  const [, code, bytes, sha256 = ''] =
    new RegExp(`^${mark} (\\d+) (\\d+) ([0-9a-f]{64})$`).exec(line.trim()) ?? [];
  return code === undefined ? undefined : { code: Number(code), account: { bytes: Number(bytes), sha256 } };
}

export const isTrailer = (line: string): boolean => line.startsWith(`${mark} `);
