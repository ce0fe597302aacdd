/** What a dump is worth, whatever the engine and the way to it. */
import { expect } from '@jest/globals';
import { compareSchemas } from '../../../lib/domain/database/compare-schemas.ts';
import { fingerprintDifferences } from '../../../lib/domain/database/fingerprint.ts';
import type { Contents, Database, Dump, DumpOrder } from '../../../lib/ports/database.ts';
import { collect, from } from '../../support/bytes.ts';
import { accountOf } from '../../support/memory-storage.ts';

export const order: DumpOrder = { fingerprint: 'rows', withoutRows: [] };
export const restoring = { oneTransaction: true, owners: true };

export interface Whole {
  readonly bytes: Buffer;
  readonly contents: Contents;
}

export async function whole(dump: Dump): Promise<Whole> {
  try {
    return { bytes: await collect(dump.bytes), contents: await dump.contents };
  } finally {
    await dump.close();
  }
}

/** In the database is what was dumped: the same rows, schema and migrations. */
export async function equal(
  contents: Contents,
  database: Database,
  withoutRows: readonly string[] = [],
): Promise<void> {
  const found = await database.contents('rows', { withoutRows });
  expect(fingerprintDifferences(contents.fingerprint, found.fingerprint)).toEqual([]);
  expect(compareSchemas(contents.schema, found.schema)).toEqual({ kind: 'same' });
  expect(found.migrations).toEqual(contents.migrations);
}

/** Dumps the one and restores into the other: both ends see the same bytes, and the same is in both. */
export async function roundTrip(
  source: Database,
  target: Database,
  asked: Partial<DumpOrder> = {},
): Promise<Whole> {
  const dump = await source.dump({ ...order, ...asked });
  const { bytes, contents } = await whole(dump);
  const account = accountOf(bytes);
  expect(dump.account()).toEqual(account);
  expect(await target.restore(from(bytes), restoring)).toEqual(account);
  await equal(contents, target, asked.withoutRows);
  return { bytes, contents };
}

export const rowsOf = ({ fingerprint }: Contents, table: string): number | undefined =>
  fingerprint.tables.find(({ name }) => name === table)?.rows;

/** Reads a dump, does something after the first chunk, and reads on to the end of what comes. */
export async function readAround(dump: Dump, between: () => Promise<unknown>): Promise<void> {
  let isDone = false;
  for await (const _ of dump.bytes) {
    if (!isDone) await between();
    isDone = true;
  }
}
