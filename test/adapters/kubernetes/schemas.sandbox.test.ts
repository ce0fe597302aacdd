import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { kubeRecords } from '../../../lib/adapters/kubernetes/records.ts';
import { kubeSchemas } from '../../../lib/adapters/kubernetes/schemas.ts';
import type { SchemaFacts } from '../../../lib/domain/database/schema.ts';
import { record } from '../../domain/record/samples.ts';
import { facts } from '../../steps/schemas.ts';
import { TestCluster, typeOf } from './cluster.ts';

const secrets = typeOf('v1', 'Secret');

/** A thousand tables of twenty columns, each with a name of its own. */
const large = (tables: number, unlike: (at: number) => string = () => ''): SchemaFacts => {
  const columns = Array.from({ length: 20 }, (_, at) => `column_${at} character varying(${at + 10})`);
  const relations = Array.from({ length: tables }, (_, at) => {
    const [relation] = facts([...columns, `own_${at}${unlike(at)} text`]).relations;
    return { ...relation, name: `public.table_${at}` } as SchemaFacts['relations'][number];
  });
  return { ...facts([]), relations };
};

/** Letters that no compression makes smaller by much. */
const noise = (at: number): string =>
  Array.from({ length: 1_000 }, (_, each) =>
    ((at * 7_919 + each * each * 104_729) % 1_000_003).toString(36),
  ).join('');

test('what is kept comes back, also a thousand tables, and is no record', async () => {
  await using cluster = await TestCluster.open();
  const { namespace, kube } = cluster;
  const schemas = kubeSchemas(kube);
  const key = { namespace, release: 'shop', seq: 7 };
  await expect(schemas.of(key)).resolves.toBeUndefined();

  const thousand = large(1_000);
  await expect(schemas.keep(key, thousand)).resolves.toBe('kept');
  await expect(schemas.of(key)).resolves.toEqual(thousand);
  const secret = await kube.get(secrets, namespace, 'slipway-shop-7-schema');
  const { data } = secret as unknown as { data: Record<string, string> };
  expect(Buffer.from(data['schema.json.gz'] ?? '', 'base64').length).toBeLessThan(200 * 1024);

  // Verified once more, by a later attempt.
  await expect(schemas.keep(key, facts(['id integer']))).resolves.toBe('kept');
  await expect(schemas.of(key)).resolves.toEqual(facts(['id integer']));

  const warnings: string[] = [];
  const records = kubeRecords(kube, { warn: (line) => void warnings.push(line), debug: () => {} });
  await expect(records.of({ name: 'shop', namespace })).resolves.toEqual([]);
  expect(warnings).toEqual([]);
});

test('what a Secret cannot hold is refused before it is sent', async () => {
  await using cluster = await TestCluster.open();
  const key = { namespace: cluster.namespace, release: 'shop', seq: 1 };
  const schemas = kubeSchemas(cluster.kube);
  await expect(schemas.keep(key, large(1_000, noise))).resolves.toBe('too large');
  await expect(schemas.of(key)).resolves.toBeUndefined();

  const almost = large(260, noise);
  const packed = gzipSync(JSON.stringify(almost), { level: 9 }).length;
  expect(packed).toBeGreaterThan(600 * 1024);
  await expect(schemas.keep(key, almost)).resolves.toBe('kept');
  await expect(schemas.of(key)).resolves.toEqual(almost);
});

test.each<[string, string | Buffer, RegExp]>([
  ['no gzip', 'hello', /incorrect header|unexpected/],
  ['another thing', gzipSync('{"schema":"other"}'), /holds no schema that this version reads/],
  ['a bomb', gzipSync(Buffer.alloc(80 * 1024 * 1024)), /larger than/],
])('what somebody else put there is said: %s', async (_, text, expected) => {
  await using cluster = await TestCluster.open();
  const { namespace, kube } = cluster;
  await kube.create(secrets, namespace, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'slipway-shop-1-schema' },
    data: { 'schema.json.gz': Buffer.from(text).toString('base64') },
  });
  await expect(kubeSchemas(kube).of({ namespace, release: 'shop', seq: 1 })).rejects.toThrow(expected);
});

test('it goes with its record', async () => {
  await using cluster = await TestCluster.open();
  const { namespace, kube } = cluster;
  const records = kubeRecords(kube, { warn: () => {}, debug: () => {} });
  const schemas = kubeSchemas(kube);
  const { id: _id, seq: _seq, schema: _schema, ...sample } = record(1, { namespace, state: 'rejected' });
  for (let seq = 1; seq <= 21; seq += 1) {
    const opened = await records.open(sample);
    if (seq < 3) await schemas.keep(opened, facts(['id integer']));
  }
  await records.prune({ name: 'shop', namespace });
  await expect(schemas.of({ namespace, release: 'shop', seq: 1 })).resolves.toBeUndefined();
  await expect(schemas.of({ namespace, release: 'shop', seq: 2 })).resolves.toBeDefined();
});
