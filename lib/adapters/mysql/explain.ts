import { TargetError, ToolError, UnreachableError } from '../../domain/errors.ts';
import { explainPlace } from '../database-place/explain.ts';
import { MalformedDump } from './malformed-dump.ts';

interface Advice {
  readonly message: string;
  readonly remedy: string;
}

type Rule = readonly [RegExp, (...groups: string[]) => Advice];

const rules: readonly Rule[] = [
  [
    /(?:^|\n)sh: (?:\d+: )?(mysql|mysqldump|mariadb|mariadb-dump): not found/,
    (program) => ({
      message: `there is no ${program}`,
      remedy:
        'use the container of the server, whose image has the tools, or install mariadb-client or mysql-client',
    }),
  ],
  [
    // Behind a statement of a session it is no matter of passwords.
    /ERROR 1045 \(28000\) at line \d+: Access denied for user '([^']*)'/,
    (user) => ({
      message: `user ${user} may not make accounts or give away what it was not given to give`,
      remedy: 'use an administrator: CREATE USER, and WITH GRANT OPTION on all of the server',
    }),
  ],
  [
    /Access denied for user '([^']*)'@'([^']*)' \(using password: (YES|NO)\)/,
    (user, host, given) =>
      given === 'YES'
        ? {
            message: `the server does not take the password of user ${user} from ${host}`,
            remedy: `check user and password, and that '${user}' may come from ${host}: SELECT user, host FROM mysql.user`,
          }
        : {
            message: `the server lets user ${user} from ${host} not in without a password`,
            remedy: 'give password, from a secret',
          },
  ],
  [
    /Access denied for user '([^']*)'@'[^']*' to database '([^']*)'/,
    (user, database) => ({
      message: `user ${user} may not use the database ${database}`,
      remedy: `grant it SELECT, SHOW VIEW, TRIGGER, EVENT on \`${database}\`.*, or check the database's name`,
    }),
  ],
  [
    /Unknown database '([^']*)'/,
    (database) => ({
      message: `there is no database ${database} on the server`,
      remedy: 'check the name; SHOW DATABASES lists those that the user may see',
    }),
  ],
  [
    /Can't create database '([^']*)'; database exists/,
    (database) => ({
      message: `the database ${database} exists already`,
      remedy: 'choose another name, or drop it',
    }),
  ],
  [
    /([A-Z ,]+) command denied to user '([^']*)'@'[^']*' for (table|column|routine)? ?(\S.*)/,
    (command, user, kind, what) => ({
      message:
        `the user ${user} may not ${command} ${kind} ${what.replace(/['`]$|['`](?= )/g, '').replace(/^['`]/, '')}`.replace(
          / +/g,
          ' ',
        ),
      remedy: 'grant it SELECT, SHOW VIEW, TRIGGER, EVENT on the whole database, or use its owner',
    }),
  ],
  [
    /insuffici?ent privileges to SHOW CREATE (\S+ \S+?)!?$/m,
    (what) => ({
      message: `the user may not read how ${what} is made: a dump without it would be no backup`,
      remedy: 'grant it SELECT on mysql.proc (MariaDB), SHOW_ROUTINE (MySQL 8) or use the definer',
    }),
  ],
  [
    /Access denied; you need \(at least one of\) the (.+?) privilege/,
    (privilege) => ({
      message: `the user lacks the privilege ${privilege}`,
      remedy: 'grant it, or restore with owners: false, which names nobody else',
    }),
  ],
  [
    /(The user specified as a definer \('[^']*'@'[^']*'\) does not exist)/,
    (text) => ({ message: text, remedy: 'make that account, or give the view or routine another definer' }),
  ],
  [
    /(Got a packet bigger than 'max_allowed_packet' bytes|packet (?:bigger|larger) than max_allowed_packet|Result of \S+ was larger than max_allowed_packet)/i,
    () => ({
      message: 'a row is larger than the server takes at once',
      remedy: 'raise max_allowed_packet on the server that is restored into (1 GB is its most)',
    }),
  ],
  [
    /(The table '[^']*' is full|No space left on device|Disk full[^\n]*|errno: 28[^\n]*|Errcode: 28[^\n]*)/i,
    (text) => ({ message: `the server’s disk is full: ${text}`, remedy: 'make room, then try again' }),
  ],
  [
    /Lock wait timeout exceeded/,
    () => ({
      message: 'a table was locked by somebody else for a minute: does a migration run?',
      remedy: 'try again when it is done; SHOW PROCESSLIST shows who waits and who holds',
    }),
  ],
  [
    /(Table definition has changed[^\n]*)/,
    () => ({
      message: 'a table was altered while it was dumped: does a migration run?',
      remedy: 'run the backup when no migration does',
    }),
  ],
  [
    /(SSL connection error[^\n]*|TLS\/SSL error[^\n]*|Failed to set up SSL[^\n]*)/i,
    (text) => ({
      message: `no connection as sslmode asks for it: ${text}`,
      remedy: 'give sslrootcert, or the host name that the certificate has',
    }),
  ],
  [
    /(?:Plugin|plugin) '?(\w+)'? (?:could not|cannot) be loaded/,
    (plugin) => ({
      message: `the client does not know how this user comes in (${plugin})`,
      remedy: 'use the client of the server’s own make and version',
    }),
  ],
  [
    /(Lost connection to (?:MySQL )?server[^\n]*|(?:MySQL )?server has gone away|Connection was killed|Query execution was interrupted[^\n]*|Server shutdown in progress)/i,
    (text) => ({
      message: `the server ended the connection: ${text}`,
      remedy: 'see the server’s log; then try again',
    }),
  ],
];

const unreachable =
  /(Can't connect to (?:local |MySQL )*server[^\n]*|Unknown (?:MySQL )?server host [^\n]*|Too many connections|Host '[^']*' is blocked[^\n]*)/i;

/** Turns a tool's failure into one with cause and remedy; whatever is not known stays as it is. */
export function explain(error: unknown, subject: string): unknown {
  if (error instanceof MalformedDump)
    return new TargetError(
      `this is no whole dump: ${error.message}`,
      { subject, remedy: 'do not rely on it; make another backup' },
      { cause: error },
    );
  if (!(error instanceof ToolError)) return error;
  const text = error.lastLines.join('\n');
  // A server that is not up yet is found by "Can't connect", which also says why: before the rules about a lost one.
  const lost = unreachable.exec(text);
  if (lost !== null)
    return new UnreachableError(`${subject} cannot be reached: ${lost[1] ?? lost[0]}`, { cause: error });
  for (const [pattern, advise] of rules) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const { message, remedy } = advise(...match.slice(1).map((group) => group ?? ''), match[0]);
    const details = error.lastLines.slice(-3).map((line) => ['said', line] as const);
    return new TargetError(message, { subject, remedy, details }, { cause: error });
  }
  return explainPlace(text, subject) ?? error;
}
