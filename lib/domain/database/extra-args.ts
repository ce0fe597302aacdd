/** The input `extra-args`: which options of a dump tool may be added, and what to use instead of the others. */
import type { Fault } from '../errors.ts';
import type { Engine } from './locator.ts';

interface Option {
  /** Undefined where the option takes no value. */
  readonly value?: { readonly form: RegExp; readonly says: string };
}

const flag: Option = {};
const number: Option = { value: { form: /^\d+$/, says: 'a whole number' } };
/** The position is written as a comment: as a command it would make a restored server follow the old one. */
const commented: Option = { value: { form: /^2$/, says: '2: as a comment' } };

const ofMysqldump: Readonly<Record<string, Option>> = {
  '--net-buffer-length': number,
  '--order-by-primary': flag,
};

/** What keeps every promise: all rows are in the dump, it is one snapshot, and it restores as it is. */
const allowed: Readonly<Record<Engine, Readonly<Record<string, Option>>>> = {
  postgresql: {
    '--load-via-partition-root': flag,
    '--no-comments': flag,
    '--no-publications': flag,
    '--no-security-labels': flag,
    '--no-statistics': flag,
    '--no-subscriptions': flag,
    '--no-table-access-method': flag,
    '--no-toast-compression': flag,
    '--quote-all-identifiers': flag,
    '--statistics': flag,
  },
  mysql: {
    ...ofMysqldump,
    '--master-data': commented,
    '--set-gtid-purged': { value: { form: /^(OFF|COMMENTED)$/, says: 'OFF or COMMENTED' } },
    '--source-data': commented,
  },
  mariadb: {
    ...ofMysqldump,
    '--gtid': flag,
    '--log-queries': flag,
    '--master-data': commented,
    '--max-statement-time': number,
    '--order-by-size': flag,
  },
};

const fixedForm = 'the form of the dump is fixed: verifying and restoring rely on it';
const fixedConnection = 'use url, kubernetes, docker or ssh, with user and password';
const wholeOnly = 'a part is no backup';
const rowsOut = 'use exclude-tables: it leaves rows out and says so in the manifest';
const sameRows = 'rows must come back as they are';
const atRestore = 'it is chosen when the backup is restored';
const alwaysOn = 'it is always on';
const ownSnapshot = 'the snapshot is taken by the action, which reads its fingerprint in it';
const sparing = 'use max-throughput to spare the server';
const changesServer = 'a backup changes nothing on the server';

/** Refused with a reason, by the start of the name. The first that fits counts. */
const reasons: Readonly<Record<'postgresql' | 'mysql', readonly (readonly [starts: string, why: string])[]>> =
  {
    postgresql: [
      ['--compress', 'use compression'],
      ['--format', fixedForm],
      ['--file', 'use destination'],
      ['--jobs', 'parallel dumps are directories, not streams'],
      ['--snapshot', ownSnapshot],
      ['--serializable-deferrable', ownSnapshot],
      ['--lock-wait-timeout', 'a dump waits 60s for a locked table: longer holds up everyone behind it'],
      ['--no-sync', 'the dump is not written to a file'],
      ['--encoding', 'the dump keeps the encoding of the database'],
      ['--role', 'let the user itself read everything: GRANT pg_read_all_data TO …'],
      ['--enable-row-security', 'a backup that sees only some rows is none: give the user BYPASSRLS'],
      ['--extra-float-digits', sameRows],
      ['--exclude-table', rowsOut],
      ['--no-unlogged-table-data', rowsOut],
      ['--no-data', rowsOut],
      ['--no-schema', wholeOnly],
      ['--exclude', wholeOnly],
      ['--schema', wholeOnly],
      ['--table', wholeOnly],
      ['--extension', wholeOnly],
      ['--filter', wholeOnly],
      ['--section', wholeOnly],
      ['--data-only', wholeOnly],
      ['--statistics-only', wholeOnly],
      ['--no-blobs', wholeOnly],
      ['--no-large-objects', wholeOnly],
      ['--no-policies', 'without its policies a restored database shows rows to everybody'],
      ['--blobs', alwaysOn],
      ['--large-objects', alwaysOn],
      ['--include-foreign-data', 'rows of another server belong to a backup of that server'],
      ['--inserts', fixedForm],
      ['--column-inserts', fixedForm],
      ['--rows-per-insert', fixedForm],
      ['--on-conflict', fixedForm],
      ['--binary-upgrade', fixedForm],
      ['--no-owner', atRestore],
      ['--no-privileges', 'grants belong to a backup; they may be left out when it is restored'],
      ['--no-tablespaces', atRestore],
      ['--clean', atRestore],
      ['--create', atRestore],
      ['--if-exists', atRestore],
      ['--disable-triggers', atRestore],
      ['--superuser', atRestore],
      ['--use-set-session', atRestore],
      ['--dbname', 'use database'],
      ['--host', fixedConnection],
      ['--port', fixedConnection],
      ['--username', fixedConnection],
      ['--password', fixedConnection],
      ['--no-password', alwaysOn],
    ],
    mysql: [
      ['--result-file', 'use destination'],
      ['--tables', wholeOnly],
      ['--tab', fixedForm],
      ['--xml', fixedForm],
      ['--compatible', fixedForm],
      ['--compact', fixedForm],
      ['--insert-ignore', sameRows],
      ['--replace', sameRows],
      ['--delayed-insert', sameRows],
      ['--extended-insert', alwaysOn],
      ['--hex-blob', alwaysOn],
      ['--quick', alwaysOn],
      ['--single-transaction', alwaysOn],
      ['--routines', alwaysOn],
      ['--events', alwaysOn],
      ['--triggers', alwaysOn],
      ['--tz-utc', alwaysOn],
      ['--comments', alwaysOn],
      ['--no-tablespaces', alwaysOn],
      ['--column-statistics', 'it is always off'],
      ['--skip-tz-utc', sameRows],
      ['--skip', fixedForm],
      ['--opt', alwaysOn],
      ['--default-character-set', sameRows],
      ['--where', wholeOnly],
      ['--ignore-table', rowsOut],
      ['--ignore', wholeOnly],
      ['--no-data', rowsOut],
      ['--no-create-info', wholeOnly],
      ['--as-of', wholeOnly],
      ['--all-databases', 'one backup is of one database: use a matrix'],
      ['--databases', 'one backup is of one database: use a matrix'],
      ['--system', 'use globals'],
      ['--add-drop', 'a restore goes into an empty database, so that nothing is dropped'],
      ['--lock-', 'the dump is one transaction; locks would stop everyone who writes'],
      ['--dump-slave', 'it stops the replication of the server'],
      ['--dump-replica', 'it stops the replication of the server'],
      ['--apply-', 'a restored server would follow the old one'],
      ['--include-', 'a restored server would follow the old one'],
      ['--delete-', 'it deletes the binary logs that a restore to a point in time needs'],
      ['--flush', changesServer],
      ['--init-command', changesServer],
      ['--force', 'the first error must end the dump'],
      ['--max-allowed-packet', 'it is as large as it can be'],
      ['--compress', sparing],
      ['--defaults', fixedConnection],
      ['--login-path', fixedConnection],
      ['--host', fixedConnection],
      ['--port', fixedConnection],
      ['--protocol', fixedConnection],
      ['--socket', fixedConnection],
      ['--user', fixedConnection],
      ['--password', fixedConnection],
      ['--ssl', fixedConnection],
      ['--tls', fixedConnection],
      ['--plugin-dir', fixedConnection],
      ['--default-auth', fixedConnection],
    ],
  };

const tools: Readonly<Record<Engine, string>> = {
  postgresql: 'pg_dump',
  mysql: 'mysqldump',
  mariadb: 'mariadb-dump',
};

/**
 * Reads the lines of `extra-args`, one option each: `--option`, `--option=value` or `--option value`. Only long names
 * count, in full: the tools take `--form=plain` for `--format=plain`.
 */
export function readDumpArgs(
  engine: Engine,
  lines: readonly string[],
): { readonly args: readonly string[]; readonly faults: readonly Fault[] } {
  const args: string[] = [];
  const faults: Fault[] = [];
  for (const line of lines) {
    const [, name = '', given] = /^(\S*?)(?:(?:=|\s+)(.*))?$/s.exec(line) ?? [];
    const value = given === undefined ? undefined : unquoted(given);
    const problem = problemOf(engine, name, value);
    // A value may be a password, and so may what was written instead of a name.
    if (problem !== undefined)
      faults.push({ input: 'extra-args', ...(name.startsWith('-') ? { value: shown(name) } : {}), problem });
    else args.push(value === undefined ? name : `${name}=${value}`);
  }
  return { args, faults };
}

/** `-psecret` is a name to nobody but mysqldump. */
const shown = (name: string): string => (name.startsWith('--') ? name : name.slice(0, 2));

function problemOf(engine: Engine, name: string, value: string | undefined): string | undefined {
  const tool = tools[engine];
  if (!name.startsWith('-')) return `write one option of ${tool} a line: --option or --option=value`;
  if (!name.startsWith('--')) return 'write the long form of the option';
  const option = Object.hasOwn(allowed[engine], name) ? allowed[engine][name] : undefined;
  if (option === undefined)
    return reasonFor(engine, name) ?? `is not allowed here; ${Object.keys(allowed[engine]).join(', ')} are`;
  if (option.value === undefined) return value === undefined ? undefined : 'takes no value';
  return option.value.form.test(value ?? '') ? undefined : `must be ${option.value.says}`;
}

/** MySQL's and MariaDB's tools take underscores for hyphens. */
const reasonFor = (engine: Engine, name: string): string | undefined =>
  reasons[engine === 'postgresql' ? 'postgresql' : 'mysql'].find(([starts]) =>
    name.replaceAll('_', '-').startsWith(starts),
  )?.[1];

const unquoted = (value: string): string => /^(["'])(.*)\1$/s.exec(value)?.[2] ?? value;
