/** A shop in a real PostgreSQL, backed up by backup-db into a folder and into a real object store. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { startPostgres } from '../../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../../sandbox/databases/postgresql.ts';
import { shopSql } from '../../../sandbox/databases/shop-postgresql.ts';
import { startVersitygw } from '../../../sandbox/storage/versitygw.ts';
import type { Versitygw } from '../../../sandbox/storage/versitygw.ts';
import { toolPath } from '../../sandbox-parts/tools.ts';
import { startStep } from './step.ts';
import type { Ending, Step, With } from './step.ts';

/** Rows of shop.orders, which belongs to the role `clerk`. */
export const rows = 20_000;
export const dump = 'dump.pgdump.zst.age';
export const manifest = 'manifest.complete.json';

export class BackedUpShop implements AsyncDisposable {
  /** Id of the backup in the folder. */
  backup = '';
  /** Id of the backup in the object store. */
  stored = '';
  readonly folder: string;
  readonly postgres: Postgres;
  readonly store: Versitygw;
  readonly identity: string;

  private constructor(folder: string, postgres: Postgres, store: Versitygw, identity: string) {
    this.folder = folder;
    this.postgres = postgres;
    this.store = store;
    this.identity = identity;
  }

  static async open(): Promise<BackedUpShop> {
    await toolPath('keeper');
    const folder = await mkdtemp(join(tmpdir(), 'slipway-restore-test-'));
    const [postgres, store] = await Promise.all([startPostgres(), startVersitygw()]);
    const shop = new BackedUpShop(folder, postgres, store, await generateX25519Identity());
    await postgres.sql('postgres', 'CREATE ROLE clerk; CREATE DATABASE shop');
    await postgres.sql('shop', shopSql({ seed: 5, rows }));
    await postgres.sql('shop', 'ALTER TABLE shop.orders OWNER TO clerk; GRANT USAGE ON SCHEMA shop TO clerk');
    shop.backup = await shop.#backUp({ destination: `file:${folder}/backups` });
    shop.stored = await shop.#backUp(shop.inStore);
    return shop;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.postgres.stop(), this.store.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }

  async #backUp(given: With): Promise<string> {
    const recipients = await identityToRecipient(this.identity);
    const inputs = { engine: 'postgresql', url: this.urlOf('shop'), recipients, ...given };
    const ended = await (await startStep({ action: 'backup-db', inputs, ...this.surroundings })).ended;
    if (ended.result !== 'success') throw new Error(ended.log);
    return ended.outputs['backup-id'] ?? '';
  }

  get surroundings() {
    return { env: {}, secrets: [this.identity], commands: join(this.folder, 'none') };
  }

  urlOf(database: string): string {
    const { port, socket } = this.postgres;
    return `postgresql://postgres@localhost:${port}/${database}?host=${encodeURIComponent(socket)}`;
  }

  get inStore() {
    const { bucket, url, region, accessKeyId, secretAccessKey } = this.store;
    const credentials = { 'access-key-id': accessKeyId, 'secret-access-key': secretAccessKey };
    return { destination: `s3://${bucket}/team`, endpoint: url, region, ...credentials };
  }

  inputs(given: With): With {
    return {
      engine: 'postgresql',
      destination: `file:${this.folder}/backups`,
      identity: this.identity,
      ...given,
    };
  }

  start(given: With): Promise<Step> {
    return startStep({ action: 'restore-db', inputs: this.inputs(given), ...this.surroundings });
  }

  async restore(given: With): Promise<Ending> {
    return (await this.start(given)).ended;
  }

  async databases(): Promise<string[]> {
    const others = "NOT datistemplate AND datname <> 'postgres'";
    const sql = `SELECT datname FROM pg_database WHERE ${others} ORDER BY 1`;
    return (await this.postgres.sql('postgres', sql)).split('\n');
  }

  create(name: string): Promise<string> {
    return this.postgres.sql('postgres', `CREATE DATABASE "${name}"`);
  }

  /** Drops all but the shop. */
  async tidy(): Promise<void> {
    for (const name of await this.databases())
      if (name !== 'shop') await this.postgres.sql('postgres', `DROP DATABASE "${name}" WITH (FORCE)`);
  }

  async isEmpty(name: string): Promise<boolean> {
    const sql = `SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;
    return (await this.postgres.sql(name, sql)) === '0';
  }

  ordersIn(name: string): Promise<string> {
    return this.postgres.sql(name, 'SELECT count(*) FROM shop.orders');
  }

  /** Changes an object of the backup in the store while the work is done, and puts it back. */
  async changed(name: string, change: (bytes: Buffer) => Buffer, work: () => Promise<void>): Promise<void> {
    const file = this.store.fileOf(`team/postgresql/shop/${this.stored}/${name}`);
    const bytes = await readFile(file);
    await writeFile(file, change(Buffer.from(bytes)));
    try {
      await work();
    } finally {
      await writeFile(file, bytes);
    }
  }

  /** Asks until it is so: what another process does is seen in no other way. */
  async until(sql: string, expected: string): Promise<void> {
    const deadline = Date.now() + 30_000;
    while ((await this.postgres.sql('postgres', sql)) !== expected) {
      if (Date.now() > deadline) throw new Error(`never ${expected}: ${sql}`);
      await wait(50);
    }
  }
}

/** A bit near the end of it. */
export function flipped(bytes: Buffer): Buffer {
  const at = Math.floor(bytes.length * 0.9);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}
