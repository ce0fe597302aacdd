import { expect, test } from '@jest/globals';
import { TargetError } from '../../../lib/domain/errors.ts';
import { collect } from '../../support/bytes.ts';
import { byUrl, postgres } from './shop.ts';

test('who may not read the roles is told what to do, and who may read just those needs no superuser', async () => {
  await postgres.sql('postgres', `CREATE ROLE plain LOGIN PASSWORD 'plain'`);
  const globals = async (): Promise<string> => {
    const database = await byUrl('shop', { user: 'plain', password: 'plain' });
    return String(await collect((await database.dumpGlobals()).bytes));
  };
  const refused = globals();
  await expect(refused).rejects.toThrow(TargetError);
  await expect(refused).rejects.toMatchObject({
    message: 'the user may not read the passwords of roles, which roles and grants are dumped with',
    remedy: expect.stringMatching(/globals: false.*SELECT on pg_authid/),
  });
  // What belongs to no database is granted in the one that it is read from.
  for (const database of ['shop', 'postgres', 'template1'])
    await postgres.sql(database, 'GRANT SELECT ON pg_catalog.pg_authid TO plain');
  expect(await globals()).toMatch(/ALTER ROLE plain WITH .*PASSWORD 'SCRAM/);
}, 60_000);
