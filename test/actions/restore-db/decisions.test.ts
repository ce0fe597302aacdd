import { expect, test } from '@jest/globals';
import { switchOf } from '../../../actions/restore-db/switch.ts';
import { decideTransaction } from '../../../actions/restore-db/transaction.ts';
import type { TransactionChoice } from '../../../actions/restore-db/transaction.ts';
import type { Engine } from '../../../lib/domain/database/locator.ts';
import type { BackupManifest } from '../../../lib/domain/database/backup-manifest.ts';

const fingerprintOf = (tables: number): BackupManifest['fingerprint'] => ({
  kind: 'counts',
  tables: Array.from({ length: tables }, (_, n) => ({ name: `t${n}`, rows: 1 })),
});

test.each<[TransactionChoice, Engine, number, boolean, number]>([
  ['auto', 'postgresql', 1_000, true, 0],
  ['auto', 'postgresql', 1_001, false, 0],
  ['always', 'postgresql', 1_001, true, 0],
  ['never', 'postgresql', 1, false, 0],
  ['auto', 'mariadb', 1, false, 0],
  ['never', 'mysql', 1, false, 0],
  ['always', 'mysql', 1, false, 1],
])('one-transaction: %s, %s, %d tables: %s', (choice, engine, tables, one, refused) => {
  const decision = decideTransaction(choice, { engine, fingerprint: fingerprintOf(tables) });
  expect([decision.one, decision.refusals.length]).toEqual([one, refused]);
  if (!one && refused === 0) expect(decision.why).toMatch(/leaves a part/);
});

test('the switch of PostgreSQL quotes names, closes the old one, and has a way back', () => {
  const order = { engine: 'postgresql', current: `it's "shop"`, restored: 'new', kept: 'old' } as const;
  const { commands, back, how } = switchOf(order);
  expect(commands).toEqual([
    `ALTER DATABASE "it's ""shop""" WITH ALLOW_CONNECTIONS false;`,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('it''s "shop"', 'new') AND pid <> pg_backend_pid();`,
    `ALTER DATABASE "it's ""shop""" RENAME TO "old";`,
    `ALTER DATABASE "new" RENAME TO "it's ""shop""";`,
  ]);
  expect(back.at(-2)).toBe(`ALTER DATABASE "old" RENAME TO "it's ""shop""";`);
  expect(how).toMatch(/\(postgres\)/);
  expect(how).toMatch(/loses .* settings \(ALTER DATABASE … SET\), grants on the database/);
  expect(switchOf({ ...order, current: 'postgres' }).how).toMatch(/\(template1\)/);
});

test('MariaDB and MySQL rename nothing: the connection is changed', () => {
  for (const engine of ['mariadb', 'mysql'] as const) {
    const { commands, how } = switchOf({ engine, current: 'shop', restored: 'new', kept: 'old' });
    expect([commands, how]).toEqual([[], expect.stringMatching(/cannot rename.*from database shop to new/)]);
  }
});
