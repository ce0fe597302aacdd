import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect, test } from '@jest/globals';
import { inShort } from '../../../lib/domain/database/recorded-schema.ts';
import { parseRecord } from '../../../lib/domain/record/parse.ts';
import { closeUndo } from '../../../lib/domain/record/transitions.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import { decided } from '../gate/decided.ts';
import { actor, content, record, verdict } from './samples.ts';

const schemaOf = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../../../docs/schemas/${name}.json`, import.meta.url), 'utf8')) as Record<
    string,
    unknown
  >;
const ajv = new Ajv2020({ strict: true, allErrors: true });
formats.default(ajv);
const validate = ajv.compile(schemaOf('release-record'));

const at = '2026-01-01T00:00:00.000Z';
const undone = closeUndo(
  record(2, { state: 'rejected', undo: { by: actor, at, part: 'deploy-helm', toRevision: 1 } }),
  'success',
  'ready again',
);
const full = record(3, {
  kind: 'rollback',
  from: { ...content, revision: 2 },
  steps: [{ name: 'apply', startedAt: at, endedAt: at, outcome: 'success', detail: 'fine' }],
  verdicts: [verdict('smoke', 'inconclusive')],
  expects: ['smoke'],
  reason: 'why',
  environment: 'production',
  deploymentId: 7,
  proposal: 'a'.repeat(64),
  approval: decided({ proposal: 'a'.repeat(64) }),
  database: {
    kind: 'read',
    database: 'postgresql database shop in pod shop/db-0',
    at,
    fingerprint: 'ab'.repeat(32),
    facts: 'kept',
    migrations: inShort([
      { tool: 'flyway', table: 'public.flyway_schema_history', applied: [{ id: '12.1' }], unfinished: [] },
    ]),
  },
});

test('it holds the decision of the gate as that schema has it, so that one file is enough', () => {
  const {
    $schema: _schema,
    $id: _id,
    title: _title,
    description: _what,
    ...decision
  } = schemaOf('gate-decision');
  expect(schemaOf('release-record')).toMatchObject({ $defs: { approval: decision } });
});

test.each([
  ['a plain one', record(1)],
  ['one that was undone', undone],
  ['one with everything', full],
  [
    'one whose database could not be read',
    record(4, { database: { kind: 'unreadable', database: 'shop', at, why: 'no answer' } }),
  ],
])('the schema accepts %s, and it is read back', (_, sample) => {
  const stored = JSON.stringify(sample);
  expect(validate(JSON.parse(stored)) || validate.errors).toBe(true);
  expect(parseRecord(stored)).toEqual(sample);
});

test.each<[string, Partial<Record<keyof ReleaseRecord | 'colour', unknown>>]>([
  ['an unknown state', { state: 'done' }],
  ['an unknown field', { colour: 'red' }],
  ['a sequence that starts before one', { seq: 0 }],
  ['a time without a zone', { createdAt: '2026-01-01T00:00:00' }],
  ['a verdict without its author', { verdicts: [{ ...verdict('smoke', 'pass'), by: undefined }] }],
])('the schema refuses %s', (_, more) => {
  expect(validate(JSON.parse(JSON.stringify({ ...record(1), ...more })))).toBe(false);
});

test.each([
  ['no JSON', '{', 'not JSON'],
  ['null', 'null', 'schema undefined'],
  [
    'a later schema',
    '{"schema":"slipway/release-record/v2"}',
    'this version reads slipway/release-record/v1',
  ],
  ['half a record', '{"schema":"slipway/release-record/v1","seq":1}', 'parts of it are missing'],
])('%s is unreadable, and says why', (_, text, why) => {
  expect(parseRecord(text)).toEqual({ unreadable: expect.stringContaining(why) });
});
