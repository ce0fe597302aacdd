/** Schema pairs as a real MariaDB tells them, and a dump in two passes, as MySQL's own tool needs it. */
import { expect, test } from '@jest/globals';
import { dumpArgvs } from '../../../lib/adapters/mysql/argv.ts';
import type { Tool } from '../../../lib/adapters/mysql/toolset.ts';
import { compareSchemas } from '../../../lib/domain/database/compare-schemas.ts';
import type { SchemaDifference } from '../../../lib/domain/database/compare-schemas.ts';
import { canonicalSchema } from '../../../lib/domain/database/schema.ts';
import type { SchemaReading } from '../../../lib/domain/database/schema.ts';
import { collect, from } from '../../support/bytes.ts';
import { restoring } from '../database/round-trip.ts';
import { byUrl, emptyDatabase, spawn, mariadb } from './shop.ts';

const before = `
CREATE TABLE customers (id int PRIMARY KEY, email varchar(100) CHARACTER SET utf8mb3, UNIQUE KEY email (email));
CREATE TABLE orders (
  id bigint AUTO_INCREMENT PRIMARY KEY, customer int, total decimal(10,2) NOT NULL DEFAULT 0, note varchar(40),
  state enum('new','paid') NOT NULL DEFAULT 'new', with_tax decimal(12,2) AS (total * 1.19) STORED, nothing int DEFAULT NULL,
  KEY customer (customer), KEY note (note(10)),
  CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE,
  CONSTRAINT positive CHECK (total >= 0)
);
CREATE VIEW big AS SELECT id, total FROM orders WHERE total > 900;
CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW SET NEW.note = coalesce(NEW.note, '');
CREATE FUNCTION tax(a decimal(10,2)) RETURNS decimal(10,2) DETERMINISTIC RETURN a * 1.19;
`;

async function schemaOf(name: string): Promise<SchemaReading> {
  return (await (await byUrl(name)).schema()).schema;
}

const told = (difference: SchemaDifference): string =>
  difference.kind === 'same'
    ? 'same'
    : `${difference.kind}: ${difference.changes.map(({ subject, what }) => `${subject} ${what}`).join('; ')}`;

test.each<[ddl: string, expected: RegExp]>([
  ['SELECT 1', /^same$/],
  ['CREATE TABLE rows_of (id int)', /^additive: rows_of new table$/],
  ['CREATE SEQUENCE numbers', /^additive: numbers new table$/],
  ['ALTER TABLE orders ADD phone varchar(20)', /^additive: orders\.phone new column$/],
  ['ALTER TABLE orders ADD document json', /^additive: orders\.document new column$/],
  ['ALTER TABLE orders ADD phone int NOT NULL DEFAULT 0', /^additive/],
  ['ALTER TABLE orders ADD phone int AS (1) VIRTUAL', /^additive/],
  ['ALTER TABLE orders MODIFY note varchar(80)', /^additive: orders\.note widened from varchar\(40\)/],
  ['ALTER TABLE orders MODIFY note text', /^additive: orders\.note widened/],
  ['ALTER TABLE orders MODIFY customer int COMMENT "who"', /^same$/],
  [
    'ALTER TABLE customers MODIFY email varchar(100) CHARACTER SET utf8mb4',
    /^additive: customers\.email widened/,
  ],
  [
    `ALTER TABLE orders MODIFY state enum('new','paid','sent') NOT NULL DEFAULT 'new'`,
    /^additive: orders\.state widened/,
  ],
  ['ALTER TABLE orders ADD KEY total (total DESC)', /^additive: orders\.total new index$/],
  ['ALTER TABLE orders RENAME KEY customer TO of', /^same$/],
  ['ALTER TABLE orders DROP KEY note', /^additive: orders\.note index was dropped/],
  ['ALTER TABLE orders DROP CONSTRAINT positive', /^additive: orders\.positive check was dropped/],
  ['DROP TABLE orders', /^breaking: .*orders table was dropped/],
  ['ALTER TABLE orders DROP note', /^breaking: orders\.note column was dropped/],
  ['ALTER TABLE orders CHANGE note remark varchar(40)', /^breaking: .*or renamed to remark/],
  [
    'ALTER TABLE orders ADD phone varchar(20) NOT NULL',
    /^breaking: orders\.phone new column that is NOT NULL/,
  ],
  ['ALTER TABLE orders MODIFY note varchar(20)', /^breaking: orders\.note narrowed/],
  ['ALTER TABLE orders MODIFY note varchar(40) NOT NULL', /^breaking: orders\.note is NOT NULL now/],
  ['ALTER TABLE orders MODIFY note varchar(40) COLLATE utf8mb4_bin', /^breaking: orders\.note changed/],
  ['ALTER TABLE orders ALTER total DROP DEFAULT', /^breaking: orders\.total lost its default$/],
  [
    `ALTER TABLE orders MODIFY state enum('paid','new') NOT NULL DEFAULT 'new'`,
    /^breaking: orders\.state changed/,
  ],
  ['ALTER TABLE orders ADD UNIQUE (note)', /^breaking: orders\.note_2 new unique/],
  ['ALTER TABLE customers DROP KEY email', /^breaking: customers\.email unique was dropped/],
  [
    'ALTER TABLE orders DROP FOREIGN KEY of_customer',
    /^additive: orders\.of_customer foreign key was dropped/,
  ],
  ['ALTER TABLE orders ADD CHECK (total < 100)', /^breaking: .*new check/],
  ['ALTER TABLE orders MODIFY id bigint', /^breaking: orders\.id lost its default$/],
  ['DROP VIEW big', /^breaking: big view was dropped/],
  ['DROP FUNCTION tax', /^breaking: function tax\(.*\) routine was dropped/],
  [
    'CREATE OR REPLACE FUNCTION tax(a decimal(10,2)) RETURNS decimal(10,2) DETERMINISTIC RETURN a * 1.07',
    /^unreadable: .*something else/,
  ],
  ['DROP TRIGGER touch', /^unreadable: orders\.touch trigger was dropped/],
  ['CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO SELECT 1', /^additive: event nightly new routine/],
])('%s', async (ddl, expected) => {
  const name = await emptyDatabase();
  await mariadb.sql(name, before);
  const then = await schemaOf(name);
  await mariadb.sql(name, ddl);
  expect(told(compareSchemas(then, await schemaOf(name)))).toMatch(expected);
});

test('the same schema in a database of another name is the same', async () => {
  const [one, two] = [await emptyDatabase(), await emptyDatabase()];
  await mariadb.sql(one, before);
  await mariadb.sql(two, before);
  const [first, second] = [await schemaOf(one), await schemaOf(two)];
  if (first.kind !== 'facts' || second.kind !== 'facts') throw new Error('unreadable');
  expect(canonicalSchema(first.facts)).toBe(canonicalSchema(second.facts));
});

test('two passes, where a tool can leave out only whole tables, make one dump that is restored', async () => {
  const tool: Tool = {
    program: 'mariadb-dump',
    version: { engine: 'mysql', major: 8, minor: 0, text: '8.0.36' },
  };
  const access = ['--no-defaults', `--socket=${mariadb.socket}`, '--user=root'];
  const argvs = dumpArgvs(tool, {
    access,
    database: 'shop',
    withoutRows: ['orders', 'odd `name`.x VALUES ('],
    extraArgs: [],
    history: false,
  });
  expect(argvs).toHaveLength(2);
  const parts: Uint8Array[] = [];
  for (const argv of argvs) {
    // The options of MySQL's own tool, which MariaDB's does not know.
    const known = argv.filter((option) => !/^--(column-statistics|set-gtid-purged)/.test(option));
    parts.push(await collect((await spawn({ argv: known, env: { MYSQL_PWD: undefined } })).stdout));
  }
  const target = await emptyDatabase();
  await (await byUrl(target)).restore(from(...parts), { ...restoring, owners: false });
  expect(await mariadb.sql(target, 'SELECT count(*) FROM orders')).toBe('0');
  expect(await mariadb.sql(target, 'SELECT count(*) FROM odd')).toBe('240');
  expect(
    await mariadb.sql(
      target,
      `SELECT trigger_name FROM information_schema.TRIGGERS WHERE trigger_schema = database()`,
    ),
  ).toBe('touch');
}, 60_000);
