import { expect, test } from '@jest/globals';
import { readMigrations, recogniseMigrations } from '../../../lib/domain/database/migrations.ts';
import type { MigrationTool, Row } from '../../../lib/domain/database/migrations.ts';

const flywayColumns =
  'installed_rank version description type script checksum installed_by installed_on execution_time success'.split(
    ' ',
  );

test.each<[string, string[], MigrationTool | undefined]>([
  ['flyway_schema_history', flywayColumns, 'flyway'],
  ['schema_version', flywayColumns, 'flyway'],
  ['schema_version', ['version'], undefined],
  [
    '_prisma_migrations',
    'id checksum finished_at migration_name logs rolled_back_at started_at applied_steps_count'.split(' '),
    'prisma',
  ],
  [
    'DATABASECHANGELOG',
    'ID AUTHOR FILENAME DATEEXECUTED ORDEREXECUTED EXECTYPE MD5SUM'.split(' '),
    'liquibase',
  ],
  [
    'databasechangelog',
    'id author filename dateexecuted orderexecuted exectype md5sum'.split(' '),
    'liquibase',
  ],
  ['schema_migrations', ['version', 'dirty'], 'golang-migrate'],
  ['schema_migrations', ['version'], 'rails'],
  ['schema_migrations', ['id', 'name'], undefined],
  ['django_migrations', ['id', 'app', 'name', 'applied'], 'django'],
  ['orders', ['id', 'version', 'dirty'], undefined],
])('%s', (name, columns, tool) => {
  expect(recogniseMigrations({ name, columns })?.tool).toBe(tool);
});

test('columns are asked for as the table spells them', () => {
  const columns = ['ID', 'AUTHOR', 'FILENAME', 'ORDEREXECUTED', 'EXECTYPE', 'MD5SUM', 'COMMENTS'];
  expect(recogniseMigrations({ name: 'DATABASECHANGELOG', columns })?.columns).toEqual(columns.slice(0, 6));
});

const flyway = (
  rank: number,
  version: string | null,
  type = 'SQL',
  success = true,
  checksum = rank,
): Row => ({
  installed_rank: rank,
  version,
  description: 'views',
  type,
  checksum,
  success,
});
const prisma = (name: string, rest: Row = {}): Row => ({
  migration_name: name,
  checksum: 'c',
  started_at: name,
  finished_at: '2026-01-01',
  rolled_back_at: null,
  ...rest,
});

test.each<[string, MigrationTool, Row[], string[], string[]]>([
  ['out of order', 'flyway', [flyway(2, '2'), flyway(1, '1')], ['1 1', '2 2'], []],
  ['undone', 'flyway', [flyway(1, '1'), flyway(2, '2'), flyway(3, '2', 'UNDO_SQL')], ['1 1'], []],
  [
    'undone and done again',
    'flyway',
    [flyway(1, '1'), flyway(2, '1', 'UNDO_SQL'), flyway(3, '1')],
    ['1 3'],
    [],
  ],
  ['deleted by repair', 'flyway', [flyway(1, '1'), flyway(2, '1', 'DELETE')], [], []],
  ['repeated', 'flyway', [flyway(1, null), flyway(2, '1'), flyway(3, null)], ['1 2', 'R views 3'], []],
  ['failed', 'flyway', [flyway(1, '1'), flyway(2, '2', 'SQL', false)], ['1 1'], ['2']],
  ['failed, then repaired', 'flyway', [flyway(1, '1', 'SQL', false), flyway(2, '1')], ['1 2'], []],
  ['finished and not', 'prisma', [prisma('b', { finished_at: null }), prisma('a')], ['a c'], ['b']],
  [
    'rolled back, then applied',
    'prisma',
    [prisma('a', { finished_at: null, rolled_back_at: '2026-01-01' }), prisma('a')],
    ['a c'],
    [],
  ],
  [
    'in capitals',
    'liquibase',
    [
      { ID: '2', AUTHOR: 'ada', FILENAME: 'db.xml', ORDEREXECUTED: 10, EXECTYPE: 'EXECUTED', MD5SUM: '9:b' },
      { ID: '1', AUTHOR: 'ada', FILENAME: 'db.xml', ORDEREXECUTED: 9, EXECTYPE: 'RERAN', MD5SUM: null },
      { ID: '3', AUTHOR: 'ada', FILENAME: 'db.xml', ORDEREXECUTED: 11, EXECTYPE: 'SKIPPED', MD5SUM: null },
    ],
    ['db.xml::ada::1', 'db.xml::ada::2 9:b'],
    [],
  ],
  ['clean', 'golang-migrate', [{ version: 7, dirty: false }], ['7'], []],
  ['dirty', 'golang-migrate', [{ version: '8', dirty: 1 }], [], ['8']],
  ['sorted', 'rails', [{ version: '20260102' }, { version: '20260101' }], ['20260101', '20260102'], []],
  [
    'apps',
    'django',
    [
      { id: 10, app: 'shop', name: '0002_b' },
      { id: 9, app: 'shop', name: '0001_a' },
    ],
    ['shop.0001_a', 'shop.0002_b'],
    [],
  ],
])('%s: %s', (_, tool, rows, applied, unfinished) => {
  const read = readMigrations(tool, 'public.t', rows);
  expect(read.applied.map(({ id, checksum }) => (checksum === undefined ? id : `${id} ${checksum}`))).toEqual(
    applied,
  );
  expect(read.unfinished).toEqual(unfinished);
  expect(read).toMatchObject({ tool, table: 'public.t' });
});
