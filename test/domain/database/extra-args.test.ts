import { describe, expect, test } from '@jest/globals';
import { readDumpArgs } from '../../../lib/domain/database/extra-args.ts';
import type { Engine } from '../../../lib/domain/database/locator.ts';

test.each<[Engine, string, string]>([
  ['postgresql', '--no-comments', '--no-comments'],
  ['postgresql', '--load-via-partition-root', '--load-via-partition-root'],
  ['mysql', '--set-gtid-purged=COMMENTED', '--set-gtid-purged=COMMENTED'],
  ['mysql', '--source-data 2', '--source-data=2'],
  ['mysql', '--order-by-primary', '--order-by-primary'],
  ['mariadb', '--max-statement-time="0"', '--max-statement-time=0'],
  ['mariadb', '--master-data=2', '--master-data=2'],
  ['mariadb', '--gtid', '--gtid'],
])('%s: %s', (engine, line, arg) => {
  expect(readDumpArgs(engine, [line])).toEqual({ args: [arg], faults: [] });
});

const refused: readonly [Engine, string, string | undefined, RegExp][] = [
  ['postgresql', '--format=plain', '--format', /form of the dump is fixed/],
  ['postgresql', '--form=plain', '--form', /is not allowed here; --load-via/],
  ['postgresql', '-Fp', '-F', /write the long form/],
  ['postgresql', '-j4', '-j', /write the long form/],
  ['postgresql', '--jobs=4', '--jobs', /not streams/],
  ['postgresql', '--compress=9', '--compress', /use compression/],
  ['postgresql', '--file=/tmp/x', '--file', /use destination/],
  ['postgresql', '--snapshot=1', '--snapshot', /snapshot is taken by the action/],
  ['postgresql', '--schema=public', '--schema', /a part is no backup/],
  ['postgresql', '--schema-only', '--schema-only', /a part is no backup/],
  ['postgresql', '--exclude-schema=x', '--exclude-schema', /a part is no backup/],
  ['postgresql', '--table=x', '--table', /a part is no backup/],
  ['postgresql', '--exclude-table=x', '--exclude-table', /use exclude-tables/],
  ['postgresql', '--exclude-table-data=x', '--exclude-table-data', /use exclude-tables/],
  ['postgresql', '--dbname=host=elsewhere', '--dbname', /use database/],
  ['postgresql', '--host=elsewhere', '--host', /use url/],
  ['postgresql', '--password', '--password', /use url/],
  ['postgresql', '--enable-row-security', '--enable-row-security', /BYPASSRLS/],
  ['postgresql', '--no-comments=1', '--no-comments', /takes no value/],
  ['postgresql', '--nonsense', '--nonsense', /is not allowed here/],
  ['postgresql', '--constructor', '--constructor', /is not allowed here/],
  ['postgresql', 'shop', undefined, /write one option of pg_dump a line/],
  ['mysql', '--tables orders', '--tables', /a part is no backup/],
  ['mysql', '--where=1=0', '--where', /a part is no backup/],
  ['mysql', '--ignore-table=shop.x', '--ignore-table', /use exclude-tables/],
  ['mysql', '--ignore_table=shop.x', '--ignore_table', /use exclude-tables/],
  ['mysql', '-psecret', '-p', /write the long form/],
  ['mysql', '--password=secret', '--password', /use url/],
  ['mysql', '--defaults-file=/x', '--defaults-file', /use url/],
  ['mysql', '--source-data=1', '--source-data', /2: as a comment/],
  ['mysql', '--source-data', '--source-data', /2: as a comment/],
  ['mysql', '--set-gtid-purged=ON', '--set-gtid-purged', /OFF or COMMENTED/],
  ['mysql', '--max-statement-time=0', '--max-statement-time', /is not allowed here/],
  ['mysql', '--skip-opt', '--skip-opt', /form of the dump is fixed/],
  ['mysql', '--skip-extended-insert', '--skip-extended-insert', /form of the dump is fixed/],
  ['mariadb', '--lock-all-tables', '--lock-all-tables', /stop everyone who writes/],
  ['mariadb', '--dump-slave', '--dump-slave', /stops the replication/],
  ['mariadb', '--force', '--force', /first error must end/],
  ['mariadb', '--all-databases', '--all-databases', /use a matrix/],
  ['mariadb', '--tab=/tmp', '--tab', /form of the dump/],
  ['mariadb', '--set-gtid-purged=OFF', '--set-gtid-purged', /is not allowed here/],
  ['mariadb', '--order-by-size;id', '--order-by-size;id', /is not allowed here/],
];

describe('refused', () => {
  test.each(refused)('%s: %s', (engine, line, value, problem) => {
    expect(readDumpArgs(engine, [line])).toEqual({
      args: [],
      faults: [
        {
          input: 'extra-args',
          ...(value === undefined ? {} : { value }),
          problem: expect.stringMatching(problem),
        },
      ],
    });
  });
});

test('all faults at once, and no value in any of them', () => {
  const { faults } = readDumpArgs('mysql', [
    '--password=hunter2',
    '-phunter2',
    'hunter2',
    '--order-by-primary',
  ]);
  expect(faults).toHaveLength(3);
  expect(JSON.stringify(faults)).not.toContain('hunter2');
});
