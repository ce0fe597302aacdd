/** What a switch would lose, listed by a real PostgreSQL and a real MariaDB, and brought over. */
import { expect, test } from '@jest/globals';
import { switchOf } from '../../../actions/restore-db/switch.ts';
import { startMariaDb } from '../../../sandbox/databases/mariadb.ts';
import { startPostgres } from '../../../sandbox/databases/postgresql.ts';

test('PostgreSQL: settings, grants, limit and comment of the old database are those of the new one after it', async () => {
  const postgres = await startPostgres();
  const run = async (lines: readonly string[]): Promise<string> => postgres.sql('postgres', lines.join('\n'));
  try {
    await run([
      `CREATE ROLE app; CREATE ROLE "o'lap"; CREATE DATABASE "sh""op"; CREATE DATABASE new;`,
      `ALTER DATABASE "sh""op" SET application_name TO 'it''s ours';`,
      `ALTER DATABASE "sh""op" SET search_path TO "$user", app, public;`,
      `ALTER ROLE app IN DATABASE "sh""op" SET work_mem TO '8MB';`,
      `REVOKE CONNECT ON DATABASE "sh""op" FROM PUBLIC; GRANT CREATE ON DATABASE "sh""op" TO app;`,
      `GRANT CONNECT ON DATABASE "sh""op" TO "o'lap" WITH GRANT OPTION;`,
      `ALTER DATABASE "sh""op" CONNECTION LIMIT 7; COMMENT ON DATABASE "sh""op" IS 'it''s the shop';`,
    ]);
    const own = (): Promise<string> =>
      run([
        `SELECT datconnlimit, shobj_description(d.oid, 'pg_database'),`,
        `  (SELECT array_agg(acl::text ORDER BY acl::text) FROM unnest(datacl) AS acl),`,
        `  (SELECT array_agg(setrole::regrole::text || setconfig::text ORDER BY setrole) FROM pg_db_role_setting`,
        `    WHERE setdatabase = d.oid) FROM pg_database AS d WHERE datname = 'sh"op';`,
      ]);
    const before = await own();
    expect(before).toContain('7|it');
    const order = { engine: 'postgresql', current: 'sh"op', restored: 'new', kept: 'old' } as const;
    const { first, commands } = switchOf(order);
    const lost = await run(first);
    await run(commands);
    expect(await own()).not.toBe(before);
    await run([lost]);
    expect(await own()).toBe(before);
  } finally {
    await postgres.stop();
  }
}, 120_000);

test('MariaDB: the grants on the old database are listed for the new one', async () => {
  const mariadb = await startMariaDb();
  try {
    await mariadb.sql(
      '',
      `CREATE DATABASE shop_1; CREATE DATABASE new_1; CREATE TABLE shop_1.a (b int); CREATE TABLE new_1.a (b int);
      CREATE USER app@'%'; GRANT SELECT, INSERT ON \`shop\\_1\`.* TO app@'%'; GRANT DELETE ON shop_1.a TO app@'%'`,
    );
    const order = { engine: 'mariadb', current: 'shop_1', restored: 'new_1', kept: '' } as const;
    const lost: string[] = [];
    // The client of these tests shows a backslash as two.
    for (const sql of switchOf(order).first) lost.push((await mariadb.sql('', sql)).replaceAll('\\\\', '\\'));
    await mariadb.sql('', lost.join('\n'));
    const grants = await mariadb.sql('', `SHOW GRANTS FOR app@'%'`);
    expect(grants.replaceAll('\\\\', '\\')).toContain('GRANT SELECT, INSERT ON `new\\_1`.* TO `app`@`%`');
    expect(grants).toContain('GRANT DELETE ON `new_1`.`a` TO `app`@`%`');
  } finally {
    await mariadb.stop();
  }
}, 120_000);
