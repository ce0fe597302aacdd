import { expect, test } from '@jest/globals';
import { CancelledError } from '../../lib/domain/errors.ts';
import { compareSchema } from '../../lib/steps/schema-compare.ts';
import { recordSchema } from '../../lib/steps/schema-record.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import { record } from '../domain/record/samples.ts';
import { stoppedClock } from './memory.ts';
import { facts, MemoryDatabase, MemorySchemas } from './schemas.ts';

/** A record, what lies beside it, and the database. */
class Release {
  readonly schemas = new MemorySchemas();
  readonly database = new MemoryDatabase();
  readonly said: string[] = [];
  cancel = new AbortController();
  record: ReleaseRecord;

  constructor(more: Partial<ReleaseRecord> = {}) {
    this.record = record(1, { state: 'verified', ...more });
  }

  async verified(): Promise<ReleaseRecord> {
    const { schemas, database, said } = this;
    const log = { info: (line: string) => said.push(line), warn: (line: string) => said.push(`! ${line}`) };
    const write = async (change: (now: ReleaseRecord) => ReleaseRecord): Promise<ReleaseRecord> =>
      (this.record = change(this.record));
    const ports = { schemas, database, log, clock: stoppedClock, signal: this.cancel.signal };
    return recordSchema(this.record, write, ports);
  }

  compare(...records: ReleaseRecord[]): ReturnType<typeof compareSchema> {
    const { schemas, database, cancel } = this;
    return compareSchema(records.length > 0 ? records : [this.record], {
      schemas,
      database,
      signal: cancel.signal,
    });
  }
}

test('a record says with which schema it was verified; the facts lie beside it', async () => {
  const release = new Release();
  release.database.migrations = [
    { tool: 'flyway', table: 'public.flyway', applied: [{ id: '1', checksum: '7' }], unfinished: [] },
  ];
  await expect(release.verified()).resolves.toMatchObject({
    database: {
      kind: 'read',
      database: 'postgresql database shop in pod shop/db-0',
      at: '1970-01-01T00:16:40.000Z',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      facts: 'kept',
      migrations: [{ tool: 'flyway', applied: 1, newest: ['1'] }],
    },
  });
  expect(release.schemas.kept.get(1)).toEqual(release.database.facts);
  expect(JSON.stringify(release.record)).not.toContain('public.orders');
});

test('one that is not verified is left alone, and the database too', async () => {
  const release = new Release({ state: 'ready', expects: ['smoke-test'] });
  await expect(release.verified()).resolves.not.toHaveProperty('database');
  expect(release.database.reads).toBe(0);
});

test('what cannot be read, kept or written is said, and stops nothing', async () => {
  const gone = new Release();
  gone.database.gone = 'no pod\nmatches app=db';
  await expect(gone.verified()).resolves.toMatchObject({
    state: 'verified',
    database: { kind: 'unreadable', why: 'no pod matches app=db' },
  });
  expect(gone.said[0]).toMatch(/^! the schema of .* could not be read: no pod matches app=db; an undo/);

  const large = new Release();
  large.schemas.most = 0;
  await expect(large.verified()).resolves.toMatchObject({
    database: { kind: 'read', facts: 'not kept', why: 'they are too large for a Secret' },
  });

  const forbidden = new Release();
  forbidden.schemas.onKeep = () => {
    throw new Error('secrets is forbidden');
  };
  await expect(forbidden.verified()).resolves.toMatchObject({
    database: { kind: 'read', facts: 'not kept', why: 'secrets is forbidden' },
  });
});

test('a reading that fails later takes nothing away', async () => {
  const release = new Release();
  await release.verified();
  release.database.gone = 'no answer';
  await expect(release.verified()).resolves.toMatchObject({ database: { kind: 'read', facts: 'kept' } });
});

test('a cancel is one, whatever the database says', async () => {
  const release = new Release();
  release.database.gone = 'killed';
  release.cancel.abort();
  await expect(release.verified()).rejects.toThrow(CancelledError);
  await expect(
    release.compare(record(1, { database: (await read()).database ?? never() })),
  ).rejects.toThrow();
});

const never = (): never => {
  throw new Error('it was not recorded');
};

async function read(): Promise<ReleaseRecord> {
  return new Release().verified();
}

test.each<[string, (release: Release) => void, object]>([
  ['nothing', () => {}, { kind: 'same', since: 'prod/shop#1' }],
  [
    'a nullable column',
    ({ database }) => (database.facts = facts(['id integer not null', 'total bigint', 'note text'])),
    { kind: 'additive', changes: [{ subject: 'public.orders.note', what: 'new column' }] },
  ],
  [
    'a column dropped',
    ({ database }) => (database.facts = facts(['id integer not null'])),
    { kind: 'breaking', changes: [{ subject: 'public.orders.total' }] },
  ],
  [
    'the database gone',
    ({ database }) => (database.gone = 'no pod'),
    { kind: 'unreadable', unrecorded: false },
  ],
  [
    'what was kept gone, and the schema changed',
    ({ database, schemas }) => {
      schemas.kept.clear();
      database.facts = facts(['id integer not null']);
    },
    { kind: 'unreadable', why: expect.stringContaining('what was kept of it is gone') },
  ],
  ['what was kept gone, the schema the same', ({ schemas }) => schemas.kept.clear(), { kind: 'same' }],
])('since then: %s', async (_, change, expected) => {
  const release = new Release();
  await release.verified();
  change(release);
  await expect(release.compare()).resolves.toMatchObject(expected);
});

test('one of which only the fingerprint is known is the same, or unknown', async () => {
  const release = new Release();
  release.schemas.most = 0;
  await release.verified();
  await expect(release.compare()).resolves.toMatchObject({ kind: 'same' });
  release.database.facts = facts(['id integer not null', 'total bigint', 'note text']);
  await expect(release.compare()).resolves.toMatchObject({
    kind: 'unreadable',
    why: expect.stringContaining('only its fingerprint was kept'),
  });
});

test.each<[string, ReleaseRecord[], string]>([
  ['no record', [], 'no record speaks of the version to go back to'],
  ['one without', [record(1)], 'prod/shop#1 does not say with which schema it was verified'],
  [
    'one that could not be read',
    [record(1, { database: { kind: 'unreadable', database: 'shop', at: '', why: 'no answer' } })],
    'when prod/shop#1 was verified, shop could not be read: no answer',
  ],
])('nothing to compare with: %s', async (_, records, why) => {
  const { database, schemas, cancel } = new Release();
  const ports = { database, schemas, signal: cancel.signal };
  await expect(compareSchema(records, ports)).resolves.toMatchObject({
    kind: 'unreadable',
    unrecorded: true,
    why,
  });
  expect(database.reads).toBe(0);
});

test('what the version ran with after an earlier rollback counts, too', async () => {
  const release = new Release();
  const first = await release.verified();
  // A column went, the version was gone back to all the same, and ran: as record 3.
  release.database.facts = facts(['id integer not null']);
  release.record = record(3, { state: 'verified', kind: 'rollback' });
  const again = await release.verified();
  release.database.facts = facts(['id integer not null', 'note text']);
  await expect(release.compare(again, first)).resolves.toMatchObject({
    kind: 'additive',
    since: 'prod/shop#3',
  });
  await expect(release.compare(first)).resolves.toMatchObject({ kind: 'breaking', since: 'prod/shop#1' });
  release.database.facts = facts(['note text']);
  await expect(release.compare(again, first)).resolves.toMatchObject({
    kind: 'breaking',
    since: 'prod/shop#3',
  });
  // What breaks with both is told as that, though another cannot be told at all.
  release.schemas.kept.delete(3);
  await expect(release.compare(again, first)).resolves.toMatchObject({ kind: 'breaking' });
});

test('without a database nothing is asked', async () => {
  const { schemas, cancel } = new Release();
  await expect(compareSchema([record(1)], { schemas, signal: cancel.signal })).resolves.toEqual({
    kind: 'not compared',
  });
});
