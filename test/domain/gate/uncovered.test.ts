import { expect, test } from '@jest/globals';
import { parseSlipwayFile } from '../../../lib/domain/environments/parse-file.ts';
import { uncovered } from '../../../lib/domain/gate/uncovered.ts';

const path = '.github/slipway.yml';
const digest = `sha256:${'c'.repeat(64)}`;

const of = (
  text: string,
  { chart = '', values = [] as string[], environment = 'production' } = {},
): string[] => {
  const { file, faults } = parseSlipwayFile(text, path);
  expect(faults).toEqual([]);
  const [, found] = /@(.+)$/.exec(chart) ?? [];
  const proposal = {
    environment,
    ...(found === undefined ? {} : { chart: found }),
    values: values.map((each) => ({ path: each, sha256: 'hash' })),
  };
  return uncovered(proposal, { chart, file, path }).map(({ kind, name, why }) => `${kind} ${name}: ${why}`);
};

const oci = `oci://registry.test/charts/shop@${digest}`;
const plain = 'environments: { production: { values-files: [a.yaml, b.yaml] } }';
const targets =
  'environments: { production: { targets: [{ name: eu, values-files: [eu.yaml] }, { name: us, values-files: [us.yaml] }] } }';
const release = 'release: { deploy: { release: shop, chart: charts/shop } }';
const missing = (name: string) =>
  `values file ${name}: .github/slipway.yml has it for production, input values-files does not`;

test.each<[string, string[], string[]]>([
  ['a chart by digest', of(plain, { chart: oci, values: ['a.yaml', 'b.yaml'] }), []],
  ['a chart by path', of('{}', { chart: 'charts/shop' }), ['chart charts/shop: it has no digest']],
  [
    'an OCI chart by version',
    of('{}', { chart: 'oci://registry.test/charts/shop' }),
    ['chart oci://registry.test/charts/shop: named without its digest, so its deploy is refused'],
  ],
  ['the chart of the file', of(release), ['chart charts/shop: it has no digest']],
  ['no chart at all', of('{}'), ['chart : nobody named it']],
  ['one file of two', of(plain, { chart: oci, values: ['a.yaml'] }), [missing('b.yaml')]],
  ['files of another environment', of(plain, { chart: oci, environment: 'staging' }), []],
  ['one target of two', of(targets, { chart: oci, values: ['eu.yaml'] }), []],
  ['no target', of(targets, { chart: oci }), [missing('eu.yaml'), missing('us.yaml')]],
])('%s', (_what, found, expected) => {
  expect(found).toEqual(expected);
});
