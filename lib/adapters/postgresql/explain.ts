import { TargetError, ToolError, UnreachableError } from '../../domain/errors.ts';
import { explainPlace } from '../database-place/explain.ts';
import { complaintOf } from './session.ts';

interface Advice {
  readonly message: string;
  readonly remedy: string;
}

type Rule = readonly [RegExp, (group: string) => Advice];

const rules: readonly Rule[] = [
  [
    /password authentication failed for user "([^"]*)"/,
    (user) => ({
      message: `the server does not take the password of user ${user}`,
      remedy: 'check user and password; the server’s log may say more',
    }),
  ],
  [
    /fe_sendauth: no password supplied|(?:empty|no) password/,
    () => ({
      message: 'the server asks for a password and none was given',
      remedy: 'give password, from a secret',
    }),
  ],
  [
    /no pg_hba\.conf entry for (.*)/,
    (who) => ({
      message: `the server lets nobody in as ${who}`,
      remedy: 'allow it in pg_hba.conf, or set sslmode',
    }),
  ],
  [
    /database "(.*)" does not exist/,
    (name) => ({
      message: `there is no such database on the server: ${name}`,
      remedy: 'check the name; psql -l lists databases',
    }),
  ],
  [
    /role "(.*)" does not exist/,
    (name) => ({
      message: `there is no such role on the server: ${name}`,
      remedy: 'check user; a restore needs the roles of the source first (globals: true), or owners: false',
    }),
  ],
  [
    /(must be (?:member of|owner of|able to SET) [^\n]*|permission denied to (?:create extension|set role) [^\n]*)/,
    (text) => ({
      message: `the user may not make all that is in the dump: ${text}`,
      remedy: 'restore as a superuser; owners: false leaves out owners and grants',
    }),
  ],
  [
    /(certificate verify failed|root certificate file .* does not exist|server does not support SSL[^,]*|server certificate for .* does not match host name .*)/,
    (text) => ({
      message: `no connection as sslmode asks for it: ${text}`,
      remedy: 'give sslrootcert, or the host name that the certificate has',
    }),
  ],
  [
    /permission denied for (?:table|relation) (pg_authid)/,
    () => ({
      message: 'the user may not read the passwords of roles, which roles and grants are dumped with',
      remedy:
        'leave roles and grants out (globals: false), or use a superuser or a user with SELECT on pg_authid, which holds them',
    }),
  ],
  [
    /permission denied to (create database|create role|drop role|alter role|create tablespace|grant role[^\n]*)/,
    (what) => ({
      message: `the user may not ${what} on this server`,
      remedy: 'use a superuser, or one with CREATEDB and CREATEROLE',
    }),
  ],
  [
    /database "(.*)" already exists/,
    (name) => ({
      message: `there is a database ${name} on the server already; it was left as it is`,
      remedy: 'give another name, or drop it yourself',
    }),
  ],
  [
    /cannot access temporary or unlogged relations during recovery/,
    () => ({
      message: 'this is a replica, which has no rows of unlogged tables',
      remedy: 'back up the primary, or name the unlogged tables in exclude-tables',
    }),
  ],
  [
    /(tablespace "[^"]*" does not exist|directory "[^"]*" (?:does not exist|already in use as a tablespace))/,
    (what) => ({
      message: `a tablespace of the source cannot be had on this server: ${what}`,
      remedy: 'make its directory on the server (and the tablespace), or restore with owners: false',
    }),
  ],
  [
    /unsupported version \(([\d.]+)\) in file header/,
    (version) => ({
      message: `the dump is of a newer pg_dump than this pg_restore can read (format ${version})`,
      remedy: 'restore with the tools of the version that dumped, or newer ones',
    }),
  ],
  [
    /(input file is too short[^\n]*|could not read from input file: end of file|unexpected end of file|input file does not appear to be a valid archive|corrupt tar header[^\n]*|unrecognized data block type[^\n]*|found unexpected block ID[^\n]*)/,
    (text) => ({
      message: `this is no whole dump: ${text}`,
      remedy: 'do not rely on it; use another backup',
    }),
  ],
  [
    /permission denied for ((?:table|schema|sequence|large object|function|view|relation|materialized view) \S+)/,
    (what) => ({
      message: `the user may not read ${what}: a dump without it would be no backup`,
      remedy: 'grant pg_read_all_data to the user, or use the owner',
    }),
  ],
  [
    /query would be affected by row-level security policy for table "([^"]*)"/,
    (table) => ({
      message: `row-level security hides rows of ${table} from this user`,
      remedy: 'use a user with BYPASSRLS: a dump of what one user sees is no backup',
    }),
  ],
  [
    /canceling statement due to lock timeout/,
    () => ({
      message: 'a table was locked by somebody else for a minute: does a migration run?',
      remedy: 'run the backup when no migration does; pg_stat_activity shows who waits and who holds',
    }),
  ],
  [
    /canceling statement due to conflict with recovery/,
    () => ({
      message: 'this is a replica, which ended the dump because it fell behind its primary',
      remedy: 'set hot_standby_feedback = on, or raise max_standby_streaming_delay, or back up the primary',
    }),
  ],
  [
    /(could not open relation with OID \d+|deadlock detected)/,
    (text) => ({
      message: `a table was changed while the dump began (${text}): does a migration run?`,
      remedy: 'run the backup when no migration does',
    }),
  ],
  [
    /^pg_restore: [^\n]*((?:relation|function|schema) "?[^\n]* does not exist)/m,
    (what) => ({
      message: `the dump names something that is not there: ${what}`,
      remedy:
        'give a function that names it without its schema a SET search_path at the source, or correct extra-args that left it out; then make another backup',
    }),
  ],
  [
    /((?:relation|schema) "[^\n]*" does not exist)/,
    (what) => ({
      message: `a table was dropped while it was to be read (${what}): does a migration run?`,
      remedy: 'try again when no migration runs',
    }),
  ],
  [
    /(sorry, too many clients already|remaining connection slots are reserved[^\n]*)/,
    (text) => ({
      message: `the server has no connection left: ${text}`,
      remedy: 'a dump needs two; close some, or raise max_connections',
    }),
  ],
  [
    /aborting because of server version mismatch/,
    () => ({
      message: 'the dump tool is older than the server',
      remedy: 'use the tool of the server’s own version: the one in its container, or install it',
    }),
  ],
  [
    /(No space left on device|could not extend file|could not write to file)/,
    (text) => ({ message: `the server’s disk is full: ${text}`, remedy: 'make room, then try again' }),
  ],
  [
    /(unrecognized option '[^']*'|invalid option -- '[^']*'|options \S+ and \S+ cannot be used together|option '[^']*' (?:requires|doesn't allow) an argument)/,
    (text) => ({
      message: `the tool does not take its arguments: ${text}`,
      remedy: 'correct extra-args; pg_dump --help of that version says what it knows',
    }),
  ],
  [
    /out of shared memory/,
    () => ({
      message: 'the server cannot hold a lock for each table at the same time',
      remedy: 'raise max_locks_per_transaction, or restore without one transaction around it',
    }),
  ],
  [
    /(terminating connection due to administrator command|server closed the connection unexpectedly)/,
    (text) => ({
      message: `the server ended the connection: ${text}`,
      remedy: 'see the server’s log; then try again',
    }),
  ],
];

const unreachable =
  /(could not (?:receive data from|send data to) server: .*|SSL SYSCALL error: .*|SSL connection has been closed unexpectedly|connection to server was lost|could not translate host name .*|connection refused|timeout expired|no route to host|network is unreachable|the database system is (?:starting up|shutting down|in recovery mode|not yet accepting connections)|Consistent recovery state has not been yet reached|No such file or directory\s+Is the server running.*)/i;

/** Turns a tool's failure into one with cause and remedy; whatever is not known stays as it is. */
export function explain(error: unknown, subject: string): unknown {
  if (!(error instanceof ToolError)) return error;
  const text = complaintOf(error);
  const placed = explainPlace(text, subject);
  if (placed !== undefined) return placed;
  for (const [pattern, advise] of rules) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const { message, remedy } = advise(match[1] ?? match[0]);
    const details = error.lastLines.slice(-3).map((line) => ['said', line] as const);
    return new TargetError(message, { subject, remedy, details }, { cause: error });
  }
  const lost = unreachable.exec(text);
  if (lost !== null)
    return new UnreachableError(`${subject} cannot be reached: ${lost[1] ?? lost[0]}`, { cause: error });
  return error;
}
