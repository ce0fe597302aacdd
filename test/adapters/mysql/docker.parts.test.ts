import { expect, test } from '@jest/globals';
import { rootPassword } from '../../../sandbox/databases/image-mariadb.ts';
import { mariadb } from '../../support/databases/engines.ts';
import { containerContract } from '../database/container.ts';

/** Without user and password: the container's environment has them. */
const inContainer = containerContract(mariadb);

test('a password that is given is the one that is used', async () => {
  const wrong = await inContainer('shop', { user: 'root', password: 'wrong' });
  await expect(wrong.probe()).rejects.toThrow('does not take the password of user root');
  const right = await inContainer('shop', { user: 'root', password: rootPassword });
  expect(await right.probe()).toHaveProperty('bytes');
}, 240_000);
