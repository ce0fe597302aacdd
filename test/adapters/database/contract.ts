/** What every engine promises by a url and through a wrapper, as in a pod: the same table for each adapter of the port. */
import { expect, test } from '@jest/globals';
import { canonicalSchema } from '../../../lib/domain/database/schema.ts';
import { ConfigurationError } from '../../../lib/domain/errors.ts';
import type { Database } from '../../../lib/ports/database.ts';
import type { SpawnStream, StreamCommand } from '../../../lib/ports/process.ts';
import { from } from '../../support/bytes.ts';
import { accountOf } from '../../support/memory-storage.ts';
import { order, restoring, roundTrip, rowsOf, whole } from './round-trip.ts';
import type { Whole } from './round-trip.ts';

/** A server with a shop in it, and the ways to it. */
export interface Subject {
  /** Over TCP with a password, by the tools of this machine. */
  readonly byUrl: (database: string, as?: { readonly spawn?: SpawnStream }) => Promise<Database>;
  /** As in a pod: the wrapper is run by the local sh; `bring` does to a tool what the way there does. */
  readonly inPod: (database: string, bring?: (tool: readonly string[]) => readonly string[]) => Database;
  readonly emptyDatabase: () => Promise<string>;
  readonly sql: (database: string, sql: string) => Promise<string>;
  readonly spawn: SpawnStream;
  readonly password: () => string;
  readonly engine: 'postgresql' | 'mariadb';
  readonly dumpTool: string;
  /** What else a probe says of the shop. */
  readonly facts: object;
  readonly shop: {
    /** Names of tables, and how many rows they have. */
    readonly rows: Readonly<Record<string, number>>;
    readonly migrations: readonly object[];
    /** A line that its schema has. */
    readonly schema: string;
  };
  /** Rows that are left out, as an order names them; the first are those of `shop.orders`. */
  readonly withoutRows: readonly string[];
  /** What SQL and fingerprints call `shop.orders`. */
  readonly orders: string;
  /** Others: one that is in every fingerprint, and one that keeps its rows where `withoutRows` are left out. */
  readonly counted: { readonly name: string; readonly rows: number };
  readonly kept: { readonly name: string; readonly rows: number };
  /** What is said of a dump that broke off, or was changed, on its way from the tool. */
  readonly onTheWay: { readonly cut: RegExp; readonly changed: RegExp };
  /** Each alone makes a database one that is not empty. */
  readonly occupying: readonly string[];
  /** Whether these are the arguments that dump, rather than ask something of the tool. */
  readonly isDump: (tool: readonly string[]) => boolean;
  /** Paths of the files with secrets that a command is told of. */
  readonly secretFiles: (command: StreamCommand) => readonly string[];
}

export function databaseContract(subject: Subject): void {
  const { byUrl, inPod, emptyDatabase, sql } = subject;
  test('a probe says who they are and how much there is', async () => {
    const facts = await (await byUrl('shop')).probe();
    expect(facts.server).toMatchObject({ engine: subject.engine, major: facts.dumpTool.major });
    expect(facts.bytes).toBeGreaterThan(5_000_000);
    expect(facts).toMatchObject(subject.facts);
  });

  test.each<[string, (database: string) => Database | Promise<Database>]>([
    ['by url', (database) => byUrl(database)],
    ['in a pod', (database) => inPod(database)],
  ])(
    '%s: what was dumped is what is restored, down to the last odd row',
    async (_, connect) => {
      const source = await connect('shop');
      const { bytes, contents } = await roundTrip(source, await connect(await emptyDatabase()));
      for (const [table, rows] of Object.entries(subject.shop.rows))
        expect([table, rowsOf(contents, table)]).toEqual([table, rows]);
      const { migrations, schema } = contents;
      expect(migrations).toMatchObject(subject.shop.migrations);
      expect(schema.kind === 'facts' && canonicalSchema(schema.facts)).toContain(subject.shop.schema);
      expect(await source.parse(from(bytes))).toEqual(accountOf(bytes));
    },
    120_000,
  );

  test('counts have no hashes, and nothing of what is left out', async () => {
    const { fingerprint } = await (await byUrl('shop')).contents('counts', { withoutRows: ['shop.orders'] });
    expect(fingerprint.kind).toBe('counts');
    expect(fingerprint.tables).toContainEqual(subject.counted);
    expect(fingerprint.tables.map(({ name }) => name)).not.toContain(subject.orders);
  });

  test('rows that are left out are neither dumped nor counted, and a wrong name is told', async () => {
    const { withoutRows } = subject;
    const target = await emptyDatabase();
    const asked = { withoutRows };
    const { contents } = await roundTrip(await byUrl('shop'), await byUrl(target), asked);
    expect(contents.fingerprint.tables.map(({ name }) => name)).not.toContain(subject.orders);
    expect(await sql(target, `SELECT count(*) FROM ${subject.orders}`)).toBe('0');
    const { name, rows } = subject.kept;
    expect(await sql(target, `SELECT count(*) FROM ${name}`)).toBe(String(rows));

    const wrong = (await byUrl('shop')).dump({ ...order, withoutRows: ['shop.order'] });
    await expect(wrong).rejects.toThrow(ConfigurationError);
    await expect(wrong).rejects.toThrow('did you mean shop.orders?');
  });

  test('a database that is not empty is refused, whatever is in it', async () => {
    const { bytes } = await wholeShop(subject);
    for (const occupant of subject.occupying) {
      const name = await emptyDatabase();
      await sql(name, occupant);
      const target = await byUrl(name);
      await expect(target.restore(from(bytes), restoring)).rejects.toThrow(
        'is not empty; nothing was changed',
      );
      expect(await target.occupants()).toHaveLength(1);
    }
  });

  test.each([0.1, 0.5, 0.99])(
    'a dump cut at %f is not restored, and leaves the database empty',
    async (share) => {
      const { bytes } = await wholeShop(subject);
      const cut = bytes.subarray(0, Math.floor(bytes.length * share));
      const target = await byUrl(await emptyDatabase());
      await expect(target.restore(from(cut), restoring)).rejects.toThrow(/no whole dump/);
      expect(await target.occupants()).toEqual([]);
      await expect(target.parse(from(cut))).rejects.toThrow(/no whole dump/);
    },
    60_000,
  );
}

/** For tests that look at a dump and not at its rows. */
export const wholeShop = async ({ byUrl }: Subject): Promise<Whole> =>
  whole(await (await byUrl('shop')).dump({ ...order, fingerprint: 'counts' }));
