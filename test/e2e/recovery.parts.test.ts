/** docs/recovery.md, word by word: its commands restore what backup-db stored, with nothing of ours, on another server. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { BackupManifest } from '../../lib/domain/database/backup-manifest.ts';
import { startMariaDb } from '../../sandbox/databases/mariadb.ts';
import { startPostgres } from '../../sandbox/databases/postgresql.ts';
import { shopSql as mariaDbShop } from '../../sandbox/databases/shop-mariadb.ts';
import { shopSql as postgresShop } from '../../sandbox/databases/shop-postgresql.ts';
import { installPackages, isCommand } from '../../sandbox/packages.ts';
import { root, startStep } from './support/step.ts';
import type { With } from './support/step.ts';

let home: string;
let identity: string;
/** The commands of the page, block by block; of the first only what needs no cloud. */
let unpack: string;
let intoPostgres: string;
let intoMariaDb: string;
beforeAll(async () => {
  await installPackages(() => ['age', 'zstd'].filter((name) => !isCommand(name)));
  home = await mkdtemp(join(tmpdir(), 'slipway-recovery-'));
  identity = await generateX25519Identity();
  const page = await readFile(join(root, 'docs/recovery.md'), 'utf8');
  const blocks = [...page.matchAll(/^```bash\n(.*?)^```$/gms)].map(([, text = '']) => text);
  const [first = '', second = '', third = ''] = blocks;
  expect([first, second, third]).toEqual([
    expect.stringContaining('sha256sum'),
    expect.stringContaining('pg_restore'),
    expect.stringContaining('mysqladmin'),
  ]);
  [unpack, intoPostgres, intoMariaDb] = [first.replace(/^aws .*$/m, ''), second, third];
}, 600_000);
afterAll(() => rm(home, { recursive: true, force: true }));

interface Backup {
  /** Where its objects are, with the key beside them. */
  readonly folder: string;
  readonly manifest: BackupManifest;
}

async function backedUp(engine: string, inputs: With, secret: string): Promise<Backup> {
  const step = await startStep({
    action: 'backup-db',
    inputs: {
      engine,
      destination: `file:${join(home, engine)}`,
      recipients: await identityToRecipient(identity),
      password: secret,
      ...inputs,
    },
    env: { PATH: process.env['PATH'] ?? '', HOME: home },
    secrets: [secret],
    commands: '',
  });
  const done = await step.ended;
  expect(done.result === 'success' ? '' : done.log).toBe('');
  const folder = dirname((done.outputs['uri'] ?? '').replace(/^file:/, ''));
  await writeFile(join(folder, 'key.txt'), identity, { mode: 0o600 });
  const manifest = JSON.parse(
    await readFile(join(folder, 'manifest.complete.json'), 'utf8'),
  ) as BackupManifest;
  return { folder, manifest };
}

/** Stops at the first error, as the page begins with. */
const bash = async (script: string, folder: string, env: Record<string, string>): Promise<string> =>
  (
    await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', ...env },
    })
  ).stdout;

/** How the clients of MariaDB come in: by the option file of a user. */
async function optionFile(user: string, lines: string): Promise<{ HOME: string }> {
  const folder = join(home, user);
  await mkdir(folder);
  await writeFile(join(folder, '.my.cnf'), `[client]\n${lines}\n`, { mode: 0o600 });
  return { HOME: folder };
}

test('PostgreSQL: the roles with their passwords, then the dump', async () => {
  const [source, target] = [await startPostgres(), await startPostgres()];
  try {
    await source.sql('postgres', `CREATE DATABASE shop; CREATE ROLE clerk LOGIN PASSWORD 'clerk''s'`);
    await source.sql('shop', postgresShop({ seed: 3, rows: 2_000 }));
    await source.sql(
      'shop',
      'CREATE ROLE reader; GRANT USAGE ON SCHEMA shop TO reader; GRANT SELECT ON shop.orders TO reader; GRANT reader TO clerk',
    );
    const url = `postgresql://postgres@127.0.0.1:${source.port}/shop`;
    const { folder, manifest } = await backedUp('postgresql', { url }, source.password);
    const there = { PGHOST: target.socket, PGPORT: String(target.port), PGUSER: 'postgres' };
    const sums = await bash(unpack, folder, there);
    expect(sums.match(/^[0-9a-f]{64}/gm)).toEqual([manifest.object.sha256, manifest.raw.sha256]);

    await bash(intoPostgres, folder, there);
    // Large objects are in no table.
    for (const { name, rows } of manifest.fingerprint.tables.filter((table) => table.name.includes('.')))
      expect([name, await target.sql('shop', `SELECT count(*) FROM ${name}`)]).toEqual([name, String(rows)]);
    const asClerk = { PGHOST: '127.0.0.1', PGPORT: there.PGPORT, PGUSER: 'clerk', PGPASSWORD: "clerk's" };
    const count = `psql --dbname shop --tuples-only --no-align -c 'SELECT count(*) FROM shop.orders'`;
    expect((await bash(count, folder, asClerk)).trim()).toBe('2000');
  } finally {
    await Promise.all([source.stop(), target.stop()]);
  }
}, 240_000);

test('MariaDB: the accounts with their passwords, the dump, and what was granted on parts of it', async () => {
  const [source, target] = [await startMariaDb(), await startMariaDb()];
  try {
    await source.sql('', 'CREATE DATABASE shop');
    // With line ends and a comment that a client keeps only when it is asked to.
    const routine = String.raw`printf 'DELIMITER ;;\nCREATE FUNCTION answer() RETURNS int BEGIN\r\n-- why\r\nRETURN 42; END;;\n'`;
    const asRoot = await optionFile('source', `user=root\nsocket=${source.socket}`);
    await bash(`${routine} | mysql --binary-mode --comments shop`, home, asRoot);
    expect(await source.sql('shop', 'SHOW CREATE FUNCTION answer')).toContain('\r\\n-- why\r\\n');
    await source.sql('shop', mariaDbShop({ seed: 3, rows: 2_000 }));
    await source.sql(
      'shop',
      `CREATE USER clerk@'127.0.0.1' IDENTIFIED BY 'clerk''s'; CREATE ROLE reader; GRANT SELECT ON shop.orders TO reader;
      GRANT reader TO clerk@'127.0.0.1'; SET DEFAULT ROLE reader FOR clerk@'127.0.0.1';
      GRANT SELECT (id) ON shop.counters TO clerk@'127.0.0.1'; GRANT ALL ON shop.* TO maker@localhost IDENTIFIED BY 'x';
      CREATE DEFINER=maker@localhost VIEW a AS SELECT id FROM orders; CREATE VIEW b AS SELECT id FROM a;
      GRANT EXECUTE ON FUNCTION shop.answer TO clerk@'127.0.0.1'`,
    );
    const url = `mysql://shop@127.0.0.1:${source.port}/shop`;
    const { folder, manifest } = await backedUp('mariadb', { url }, source.password);

    await bash(intoMariaDb, folder, await optionFile('admin', `user=root\nsocket=${target.socket}`));
    for (const { name, rows } of manifest.fingerprint.tables)
      expect([name, await target.sql('shop', `SELECT count(*) FROM \`${name}\``)]).toEqual([
        name,
        String(rows),
      ]);
    const same = `CHECKSUM TABLE orders; SHOW CREATE FUNCTION answer; SELECT count(*) FROM b;
      SHOW GRANTS FOR clerk@'127.0.0.1'; SHOW GRANTS FOR reader; SHOW GRANTS FOR maker@localhost`;
    expect(await target.sql('shop', same)).toBe(await source.sql('shop', same));
    const asClerk = await optionFile(
      'clerk',
      `user=clerk\npassword="clerk's"\nhost=127.0.0.1\nprotocol=tcp\nport=${target.port}`,
    );
    const asked = 'SELECT count(*), shop.answer(), (SELECT max(id) FROM counters) FROM orders';
    const answer = await bash(`mysql --batch --skip-column-names -e '${asked}' shop`, folder, asClerk);
    expect(answer.trim()).toBe('2000\t42\t50');
  } finally {
    await Promise.all([source.stop(), target.stop()]);
  }
}, 240_000);
