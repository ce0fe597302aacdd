import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect, test } from '@jest/globals';
import { Yard } from './memory.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../../docs/schemas/promotion.json', import.meta.url), 'utf8'),
) as object;
const ajv = new Ajv2020({ strict: true, allErrors: true });
formats.default(ajv);
const validate = ajv.compile(schema);

test('the record is as its schema says, also with a tag that moved and one that stayed', async () => {
  const yard = new Yard();
  const place = { registry: 'a.test', repository: 'staging/shop' };
  const newer = await yard.image({ 'org.opencontainers.image.version': '1.5.0' }, 'newer');
  for (const tag of ['prod', 'latest']) await yard.registry.putManifest({ ...place, tag }, newer);
  const image = await yard.image({ 'org.opencontainers.image.version': '1.4.2' });
  yard.signature = { kind: 'good' };

  await yard.promote({
    source: `a.test/staging/shop@${image.digest}`,
    destinations: 'a.test/staging/shop\nb.test/shop',
    tags: 'prod\nlatest\nv{version}',
    require: 'signature',
  });

  const record = JSON.parse(yard.kept.get('promotion.json') ?? '') as { tags: { outcome: string }[] };
  expect(validate(record) || validate.errors).toBe(true);
  expect(new Set(record.tags.map(({ outcome }) => outcome))).toEqual(new Set(['written', 'stayed']));
});
