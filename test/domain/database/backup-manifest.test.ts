import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { isProven, manifestText, parseManifest } from '../../../lib/domain/database/backup-manifest.ts';
import type { BackupManifest } from '../../../lib/domain/database/backup-manifest.ts';

const ajv = new Ajv2020({ strict: true, allErrors: true });
formats.default(ajv);
const validate = ajv.compile(
  JSON.parse(
    readFileSync(new URL('../../../docs/schemas/backup-manifest.json', import.meta.url), 'utf8'),
  ) as object,
);

const account = { bytes: 7, sha256: 'a'.repeat(64) };
const manifest: BackupManifest = {
  schema: 'slipway/backup-manifest/v1',
  id: 'shop-20261126T020000Z-5f3a',
  takenAt: '2026-11-26T02:00:00.000Z',
  storedAt: '2026-11-26T02:00:09.000Z',
  engine: 'postgresql',
  database: 'shop',
  place: 'postgresql database shop in pod db/pg-0',
  serverVersion: '15.18 (Debian 15.18-0+deb12u1)',
  toolVersion: 'pg_dump (PostgreSQL) 15.18',
  object: { key: 'shop/x.dump.zst.age', ...account },
  raw: account,
  layers: [
    { kind: 'age', recipients: ['age1qqq'] },
    { kind: 'zstd', level: 3 },
  ],
  format: 'pg_dump custom',
  fingerprint: { kind: 'rows', tables: [{ name: 'public.orders', rows: 2, hash: '-12' }] },
  schemaFingerprint: 'b'.repeat(64),
  migrations: [
    {
      tool: 'flyway',
      table: 'public.flyway_schema_history',
      applied: [{ id: '1', checksum: '5' }, { id: '2' }],
      unfinished: [],
    },
  ],
  extensions: [{ name: 'plpgsql', version: '1.0' }],
  encoding: 'UTF8',
  locale: 'C.UTF-8',
  withoutRows: [],
  extraArgs: ['--exclude-schema=audit'],
  verified: {
    level: 'restored',
    at: '2026-11-26T02:01:00.000Z',
    restoreSeconds: 12.5,
    restoredInto: 'scratch',
  },
  by: { repository: 'team/shop', commit: 'c'.repeat(40), run: '1', images: [] },
};
/** Not every schema can be read, and the first manifests did not say the rest. */
const optional: readonly string[] = ['schemaFingerprint', 'encoding', 'locale', 'extraArgs'];
const without = (key: keyof BackupManifest): object => {
  const { [key]: _, ...rest } = manifest;
  return rest;
};

test('what we write is what the schema says, and is read back', () => {
  validate(JSON.parse(manifestText(manifest)));
  expect(validate.errors ?? []).toEqual([]);
  expect(parseManifest(manifestText(manifest))).toEqual(manifest);
  const { tables } = manifest.fingerprint;
  const named = { ...manifest, fingerprint: { kind: 'rows', method: 'columns by name', tables } };
  expect(validate(JSON.parse(JSON.stringify(named)))).toBe(true);
  const counted: BackupManifest = {
    ...manifest,
    layers: [],
    fingerprint: { kind: 'counts', tables: [{ name: 'a', rows: 0 }] },
    globals: manifest.object,
    verified: { level: 'complete', at: manifest.storedAt },
    by: { images: [] },
  };
  expect(validate(counted)).toBe(true);
});

test('the schema requires every part that the type has, and no others', () => {
  for (const key of Object.keys(manifest) as (keyof BackupManifest)[])
    expect([key, validate(without(key))]).toEqual([key, optional.includes(key)]);
  expect(validate({ ...manifest, password: 'x' })).toBe(false);
});

test.each<[string, string, RegExp]>([
  ['half of it', manifestText(manifest).slice(0, 200), /not JSON/],
  ['nothing', 'null', /schema undefined/],
  ['a later version', '{"schema":"slipway/backup-manifest/v2"}', /this version reads/],
  ['without an account of its object', JSON.stringify(without('object')), /missing/],
  ['without its verification', JSON.stringify(without('verified')), /missing/],
  ['a time that is none', JSON.stringify({ ...manifest, takenAt: 'yesterday' }), /missing/],
  ['a hash that is none', JSON.stringify({ ...manifest, raw: { bytes: 1, sha256: 'x' } }), /missing/],
])('%s is unreadable', (_, text, why) => {
  expect(parseManifest(text)).toEqual({ unreadable: expect.stringMatching(why) });
});

test('proven means at least as far as was asked for', () => {
  const at = manifest.storedAt;
  const parsed: BackupManifest = { ...manifest, verified: { level: 'parsed', at } };
  expect([isProven(parsed, 'complete'), isProven(parsed, 'parsed'), isProven(parsed, 'restored')]).toEqual([
    true,
    true,
    false,
  ]);
});
