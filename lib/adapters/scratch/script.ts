/**
 * The shell script that runs a throwaway server: on this runner, in a container, in a pod. Any POSIX sh will do, with
 * the tools that every database image has (coreutils or busybox). Its settings are written into it, quoted.
 *
 * It ends, and takes what it made with it, when the server ends, when it is told to (TERM), when its time is over, and,
 * with a leash, as soon as its standard input ends: that is when whoever started it is gone, however that happened.
 */
import type { Engine } from '../../domain/database/locator.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import { quoted } from '../ssh/argv.ts';
import { mysqlScript } from './script-mysql.ts';
import type { EngineScript } from './script-part.ts';
import { postgresScript } from './script-postgresql.ts';

export interface ScriptOrder {
  readonly engine: Engine;
  /** A folder that does not exist yet, or is empty; all is below it. */
  readonly home: string;
  /** The folder of the server's socket; below `home`, unless its name would be too long for a socket. */
  readonly socket: string;
  /** 0700 on a machine with other users; 0755 where nobody else is. */
  readonly mode: '0700' | '0755';
  readonly lifetime: Milliseconds;
  /** Whether the end of its standard input is its end. */
  readonly leash: boolean;
  readonly encoding: string;
  readonly locale: string;
  /** What the server may take for itself, in bytes. */
  readonly memory: number;
}

/** The user that may do everything, and the empty database. */
export const scratchUser = (engine: Engine): string => (engine === 'postgresql' ? 'slipway_scratch' : 'root');
export const scratchDatabase = 'scratch';

/** Lines by which the script speaks to us. */
export const said = {
  version: 'slipway-version ',
  programs: 'slipway-programs ',
  account: 'slipway-account ',
  free: 'slipway-free-kib ',
  none: 'slipway-none',
} as const;

/** What the script says when it ends for that. */
export const timeIsOver = 'the lifetime of the scratch server is over';

/** What runs the server, as the account that it may run as. */
export const serverArgv = (order: ScriptOrder): string[] => asAccount(serverScript(order), order);

/**
 * What tells the version of the server programs and the room below a folder, without starting anything. It writes to
 * `to` too, where that is given: a pod's termination message.
 */
export const probeArgv = (engine: Engine, folder: string, to?: string): string[] => [
  'sh',
  '-c',
  [
    findPrograms(engine),
    `say() { echo "$1"${to === undefined ? '' : `; echo "$1" >>${quoted(to)}`}; }`,
    whichAccount(engine),
    `find_programs
[ -n "$programs" ] || { say ${said.none}; exit 0; }
say "${said.programs}$programs"
say "${said.version}$version"
[ "$(id -u)" != 0 ] || say "${said.account}$(account)"
room=$(df -Pk ${quoted(folder)} | { read -r _; read -r _ _ _ free _; echo "$free"; })
say "${said.free}$room"`,
  ].join('\n'),
];

/** Both engines refuse to be root; what an image has to become somebody else differs. */
const whichAccount = (engine: Engine): string => `account() {
  for name in ${engine === 'postgresql' ? 'postgres' : 'mysql'} nobody; do
    if id -u "$name" >/dev/null 2>&1; then echo "$name"; return; fi
  done
}`;

const become = (engine: Engine, home: string, mode: string): string => `set -eu
${whichAccount(engine)}
has() { command -v "$1" >/dev/null 2>&1; }
if [ "$(id -u)" != 0 ]; then exec sh -c "$1"; fi
who=$(account)
[ -n "$who" ] || { echo "there is no account that the server could run as" >&2; exit 95; }
group=$(id -g "$who")
# Without CAP_CHOWN, in a container, the account itself must make it.
[ -d ${home} ] || { mkdir -m ${mode} ${home} && chown "$who" ${home}; } 2>/dev/null || rmdir ${home} 2>/dev/null || true
if has gosu; then exec gosu "$who" sh -c "$1"
elif has su-exec; then exec su-exec "$who" sh -c "$1"
elif has setpriv; then exec setpriv --reuid "$who" --regid "$group" --clear-groups -- sh -c "$1"
elif has runuser; then exec runuser -u "$who" -- sh -c "$1"
else exec su -s /bin/sh "$who" -c "$1"
fi`;

const asAccount = (script: string, { engine, home, mode }: ScriptOrder): string[] => [
  'sh',
  '-c',
  become(engine, quoted(home), mode),
  'slipway-scratch',
  script,
];

/** What of the server's log says that it answers. */
export const readyLine = (engine: Engine): RegExp => enginePart(engine).ready;

/** What succeeds once the server answers, beside it. */
export const answersArgv = (engine: Engine, home: string, socket: string): string[] => [
  'sh',
  '-c',
  withPrograms(home) + enginePart(engine).answers(quoted(socket), scratchUser(engine), scratchDatabase),
];

/** A tool that runs beside the server: the server's own programs come first, and its socket is the default. */
export const besideServer = (home: string, socket: string, tool: readonly string[]): string[] => [
  'sh',
  '-c',
  `${withPrograms(home)}exec "$@"`,
  'sh',
  'env',
  `PGHOST=${socket}`,
  'PGPORT=5432',
  `MYSQL_UNIX_PORT=${socket}/server.sock`,
  ...tool,
];

const withPrograms = (home: string): string =>
  `PATH=$(cat ${quoted(`${home}/programs`)}):$PATH; export PATH; `;

const enginePart = (engine: Engine): EngineScript => (engine === 'postgresql' ? postgresScript : mysqlScript);
const findPrograms = (engine: Engine): string => enginePart(engine).find;

/**
 * An account without a name (OpenShift gives such, and charts with runAsUser): initdb wants one, and images that expect
 * this have a library that lends it.
 */
const lendName = `if ! id -un >/dev/null 2>&1; then
  for library in /usr/lib/*/libnss_wrapper.so /usr/lib/libnss_wrapper.so /opt/bitnami/common/lib/libnss_wrapper.so; do
    [ -f "$library" ] || continue
    echo "slipway:x:$(id -u):$(id -g)::/:/bin/sh" >passwd
    echo "slipway:x:$(id -g):" >group
    export LD_PRELOAD="$library" NSS_WRAPPER_PASSWD="$home/passwd" NSS_WRAPPER_GROUP="$home/group"
  done
fi`;

function serverScript(order: ScriptOrder): string {
  const { engine, home, socket, mode, lifetime, leash } = order;
  const part = enginePart(engine);
  const whole = { ...order, database: scratchDatabase, user: scratchUser(engine) };
  return `set -eu
home=${quoted(home)} socket=${quoted(socket)}
[ -d "$home" ] || mkdir -m ${mode} "$home"
cd "$home"
[ -d "$socket" ] || mkdir -m ${mode} "$socket"
umask 077
${part.find}
find_programs
[ -n "$programs" ] || { echo ${said.none}; exit 96; }
echo "${said.programs}$programs"
echo "$programs" >programs; chmod 0644 programs
${lendName}
server= timer= watcher=
finish() {
  trap '' TERM INT HUP
  [ -z "$server" ] || { kill -${part.endSignal} "$server" 2>/dev/null; wait "$server" 2>/dev/null; } || true
  kill $timer $watcher 2>/dev/null || true
  cd /
  rm -rf "$home"/* "$socket" 2>/dev/null || true
  rmdir "$home" 2>/dev/null || true
}
trap 'finish; exit 143' TERM INT HUP
exec 3<&0
{
  trap 'kill $! 2>/dev/null; exit' TERM
  sleep ${Math.ceil(lifetime / 1_000)} >/dev/null 2>&1 &
  wait $!
  echo "${timeIsOver}" >&2
  kill -TERM $$
} </dev/null 3<&- &
timer=$!
${leash ? '{ cat >/dev/null 2>&1; kill -TERM $$; } <&3 3<&- &\nwatcher=$!' : ''}
exec 3<&-
${part.prepare(whole)}
${part.server(whole)} </dev/null &
server=$!
code=0
wait "$server" || code=$?
server=
finish
exit "$code"`;
}
