import { expect, test } from '@jest/globals';
import { inShort, recordedLine } from '../../../lib/domain/database/recorded-schema.ts';
import type { RecordedSchema } from '../../../lib/domain/database/recorded-schema.ts';

const at = '2026-01-01T00:00:00.000Z';
const read: RecordedSchema = {
  kind: 'read',
  database: 'postgresql database shop in pod shop/db-0',
  at,
  fingerprint: '0123456789ab'.padEnd(64, 'f'),
  facts: 'kept',
  migrations: [],
};

test('twenty years of migrations take a few lines of a record', () => {
  const applied = Array.from({ length: 5_000 }, (_, at) => ({
    id: `${at} ${'x'.repeat(300)}`,
    checksum: 'c',
  }));
  const [short] = inShort([
    { tool: 'liquibase', table: 'public.databasechangelog', applied, unfinished: ['a'] },
  ]);
  expect(short).toMatchObject({ applied: 5_000, unfinished: ['a'] });
  expect(short?.newest).toHaveLength(50);
  expect(short?.newest.at(-1)).toMatch(/^4999 x+$/);
  expect(JSON.stringify(short).length).toBeLessThan(12_000);
});

test.each<[string, RecordedSchema, string]>([
  ['a schema', read, 'schema 0123456789ab of postgresql database shop in pod shop/db-0'],
  [
    'with its migrations',
    {
      ...read,
      migrations: [
        { tool: 'flyway', table: 'public.f', applied: 12, newest: ['12.1'], unfinished: [] },
        { tool: 'prisma', table: 'public.p', applied: 0, newest: [], unfinished: ['m'] },
      ],
    },
    'schema 0123456789ab of postgresql database shop in pod shop/db-0 (flyway: 12 applied, the last 12.1; prisma: 0 applied, 1 not ended well)',
  ],
  [
    'too large',
    { ...read, facts: 'not kept', why: 'they are too large for a Secret' },
    'schema 0123456789ab of postgresql database shop in pod shop/db-0; only its fingerprint is kept: they are too large for a Secret',
  ],
  [
    'unreadable',
    { kind: 'unreadable', database: 'mysql database shop on db:3306', at, why: 'no answer' },
    'the schema of mysql database shop on db:3306 could not be read: no answer',
  ],
])('in one line: %s', (_, recorded, line) => {
  expect(recordedLine(recorded)).toBe(line);
});
