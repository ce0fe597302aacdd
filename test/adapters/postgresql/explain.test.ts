import { expect, test } from '@jest/globals';
import { explain } from '../../../lib/adapters/postgresql/explain.ts';
import { TargetError, ToolError, UnreachableError } from '../../../lib/domain/errors.ts';

const said = (text: string): unknown =>
  explain(new ToolError('x failed', { argv: ['x'], exit: 1, lastLines: text.split('\n') }), 'the shop');

test.each<[string, new (...args: never[]) => Error, RegExp]>([
  [
    'psql: error: connection to server at "db" (10.0.0.1), port 5432 failed: Connection refused',
    UnreachableError,
    /the shop cannot be reached: connection refused/i,
  ],
  [
    'psql: error: could not translate host name "db" to address: Name or service not known',
    UnreachableError,
    /could not translate/,
  ],
  [
    'psql: error: connection to server on socket "/s" failed: FATAL:  the database system is starting up',
    UnreachableError,
    /starting up/,
  ],
  [
    'psql: error: connection to server at "h" failed: FATAL:  password authentication failed for user "shop"',
    TargetError,
    /password of user shop/,
  ],
  [
    'psql: error: connection to server at "h" failed: fe_sendauth: no password supplied',
    TargetError,
    /asks for a password/,
  ],
  [
    'psql: error: connection to server at "h" failed: FATAL:  database "shp" does not exist',
    TargetError,
    /no such database/,
  ],
  [
    'psql: error: connection to server at "h" failed: root certificate file "/r" does not exist\nEither provide the file',
    TargetError,
    /sslmode/,
  ],
  [
    'pg_dump: error: query failed: ERROR:  permission denied for table orders',
    TargetError,
    /may not read table orders/,
  ],
  [
    'pg_dumpall: error: query failed: ERROR:  permission denied for table pg_authid',
    TargetError,
    /may not read the passwords of roles/,
  ],
  [
    'pg_dump: error: Dumping the contents of table "t" failed: ERROR:  canceling statement due to conflict with recovery',
    TargetError,
    /replica, which ended the dump/,
  ],
  ['FATAL:  sorry, too many clients already', TargetError, /no connection left/],
  ['ERROR:  could not open relation with OID 16412', TargetError, /changed while the dump began/],
  [
    'psql:<stdin>:21: ERROR:  relation "public.old" does not exist',
    TargetError,
    /a table was dropped .*\(relation "public.old" does not exist\): does a migration run\?/,
  ],
  ['ERROR:  schema "old" does not exist', TargetError, /a table was dropped/],
  [
    'pg_restore: while PROCESSING TOC:\npg_restore: error: could not execute query: ERROR:  relation "rates" does not exist\nLINE 1: SELECT rate FROM rates',
    TargetError,
    /names something that is not there: relation "rates" does not exist/,
  ],
  [
    'pg_dump: error: could not receive data from server: Connection timed out',
    UnreachableError,
    /could not receive data/,
  ],
  ['pg_restore: error: ERROR:  must be owner of extension pgcrypto', TargetError, /may not make all/],
  ['pg_restore: error: ERROR:  role "shop" does not exist', TargetError, /no such role on the server: shop/],
  ['ERROR:  permission denied to create database', TargetError, /may not create database/],
  ['ERROR:  database "a "b"" already exists', TargetError, /there is a database a "b" on the server/],
  [
    'ERROR:  cannot access temporary or unlogged relations during recovery',
    TargetError,
    /a replica, which has no rows of unlogged tables/,
  ],
  [
    'pg_restore: error: could not execute query: ERROR:  tablespace "fast" does not exist',
    TargetError,
    /a tablespace of the source cannot be had/,
  ],
  [
    'ERROR:  directory "/mnt/fast/PG_15_202209061" already in use as a tablespace',
    TargetError,
    /a tablespace of the source cannot be had/,
  ],
  [
    'pg_restore: error: unsupported version (1.16) in file header',
    TargetError,
    /newer pg_dump than this pg_restore can read \(format 1.16\)/,
  ],
  [
    'pg_restore: error: could not read from input file: end of file',
    TargetError,
    /no whole dump: could not read/,
  ],
  ['pg_restore: error: input file is too short (read 0, expected 5)', TargetError, /no whole dump/],
  [
    'pg_dump: unrecognized option \'--x\'\npg_dump: hint: Try "pg_dump --help" for more information.',
    TargetError,
    /arguments: unrecognized option '--x'/,
  ],
  [
    'pg_dump: error: query failed: ERROR:  canceling statement due to lock timeout',
    TargetError,
    /locked by somebody else/,
  ],
  [
    'pg_dump: error: aborting because of server version mismatch\nserver version: 16.1; pg_dump version: 15.18',
    TargetError,
    /older than the server/,
  ],
  [
    'pg_restore: error: COPY failed: ERROR:  could not extend file "base/1": No space left on device',
    TargetError,
    /disk is full/,
  ],
  [
    'ERROR:  out of shared memory\nHINT:  You might need to increase max_locks_per_transaction.',
    TargetError,
    /a lock for each table/,
  ],
  ['Error response from daemon: No such container: shop-db', TargetError, /no container shop-db/],
  ['Error response from daemon: container 4f2a is not running', TargetError, /does not run/],
  ['Error from server (NotFound): pods "pg-0" not found', TargetError, /no pod pg-0/],
  [
    'Error from server (Forbidden): pods "pg-0" is forbidden: User "ci" cannot create resource "pods/exec" in API group ""',
    TargetError,
    /cannot create resource "pods\/exec"/,
  ],
  [
    'The connection to the server localhost:8080 was refused - did you specify the right host or port?',
    UnreachableError,
    /refused/,
  ],
  ['Host key verification failed.', TargetError, /not the one in known-hosts/],
  ['ops@db: Permission denied (publickey,password).', TargetError, /lets this key in nowhere/],
  ['ssh: connect to host db port 22: Connection timed out', UnreachableError, /connect to host db/],
  [
    'OCI runtime exec failed: exec: "sh": executable file not found in $PATH: unknown',
    TargetError,
    /sh is not there/,
  ],
  ["env: 'pg_dump': No such file or directory", TargetError, /pg_dump is not there/],
  ['slipway: 5: exec: pg_dump: not found', TargetError, /pg_dump is not there/],
  ['slipway: exec: line 4: pg_dump: not found', TargetError, /pg_dump is not there/],
  ['something that nobody knows', ToolError, /x failed/],
])('%s', (text, type, message) => {
  const error = said(text);
  expect(error).toBeInstanceOf(type);
  expect((error as Error).message).toMatch(message);
});

test('what is no failure of a tool stays what it is', () => {
  const error = new Error('another');
  expect(explain(error, 'the shop')).toBe(error);
});
