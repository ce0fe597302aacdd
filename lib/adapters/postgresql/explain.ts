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
    /(database|role) "([^"]*)" does not exist/,
    (what) => ({
      message: `there is no such ${what} on the server`,
      remedy: 'check the name; psql -l lists databases',
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
  /(could not translate host name .*|connection refused|timeout expired|no route to host|network is unreachable|the database system is (?:starting up|shutting down|in recovery mode|not yet accepting connections)|Consistent recovery state has not been yet reached|No such file or directory\s+Is the server running.*)/i;

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
