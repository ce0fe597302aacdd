import { expect, test } from '@jest/globals';
import { TargetError } from '../../../lib/domain/errors.ts';
import { collect } from '../../support/bytes.ts';
import { byUrl, mariadb } from './shop.ts';

test.each([
  ['nothing of the books of accounts', `GRANT ALL ON shop.* TO plain@'127.0.0.1'`],
  ['the accounts, and not what they may do', `GRANT SELECT ON mysql.user TO plain@'127.0.0.1'`],
])(
  'who may read %s is told what to do',
  async (_, grant) => {
    await mariadb.sql('', `CREATE OR REPLACE USER plain@'127.0.0.1' IDENTIFIED BY 'plain'`);
    await mariadb.sql('', `GRANT ALL ON shop.* TO plain@'127.0.0.1'; ${grant}`);
    const database = await byUrl('shop', { user: 'plain', password: 'plain' });
    const refused = database.dumpGlobals();
    await expect(refused).rejects.toThrow(TargetError);
    await expect(refused).rejects.toMatchObject({
      message: expect.stringMatching(/^the user may not read the accounts of the server/),
      remedy: expect.stringMatching(/globals: false.*SELECT on the database mysql/),
    });
  },
  60_000,
);

test('who may read the accounts needs no other right', async () => {
  await mariadb.sql('', `CREATE OR REPLACE USER plain@'127.0.0.1' IDENTIFIED BY 'plain'`);
  await mariadb.sql(
    '',
    `GRANT SELECT ON mysql.* TO plain@'127.0.0.1'; GRANT ALL ON shop.* TO plain@'127.0.0.1'`,
  );
  const database = await byUrl('shop', { user: 'plain', password: 'plain' });
  const sql = String(await collect((await database.dumpGlobals()).bytes));
  expect(sql).toMatch(/CREATE USER .*`plain`@`127\.0\.0\.1`/);
}, 60_000);
