import { expect, test } from '@jest/globals';
import { diffManifests, formatDiff } from '../../../lib/domain/manifest/diff.ts';
import { diffLines } from '../../../lib/domain/manifest/line-diff.ts';
import { judgeStoredSize, secretLimit, storedSize } from '../../../lib/domain/manifest/size.ts';

const configMap = (data: string, name = 'settings'): string =>
  `---\n# Source: shop/templates/cm.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  ${data}\n`;
const secret = (data: string): string =>
  `---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: credentials\n${data}\n`;

test('says what is added, removed, changed, unchanged', () => {
  const before = configMap('a: "1"') + configMap('a: "1"', 'old') + configMap('a: "1"', 'same');
  const after = configMap('a: "2"') + configMap('a: "1"', 'new') + configMap('a: "1"', 'same');
  const diff = diffManifests(before, after);
  expect(diff.unchanged).toBe(1);
  expect(formatDiff(diff, 'summary')).toEqual([
    '! ConfigMap settings (+1 -1)',
    '+ ConfigMap new',
    '- ConfigMap old',
  ]);
});

test('full shows the lines around each change', () => {
  const diff = diffManifests(configMap('a: "1"'), configMap('a: "2"'));
  expect(formatDiff(diff, 'full')).toEqual([
    '! ConfigMap settings (+1 -1)',
    '    apiVersion: v1',
    '    data:',
    "-     a: '1'",
    "+     a: '2'",
    '    kind: ConfigMap',
    '    metadata:',
    '      name: settings',
  ]);
});

test.each([
  ['comments', configMap('a: "1" # one')],
  ['order and style', '---\nkind: ConfigMap\ndata: {a: "1"}\nmetadata: {name: settings}\napiVersion: v1\n'],
])('%s are no change', (_, after) => {
  expect(diffManifests(configMap('a: "1"'), after)).toEqual({ changes: [], unchanged: 1 });
});

test('a newer version of the same API is a change of the same object', () => {
  const hpa = (version: string): string =>
    `apiVersion: autoscaling/${version}\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\n`;
  expect(diffManifests(hpa('v1'), hpa('v2')).changes).toMatchObject([{ kind: 'changed' }]);
});

test('what stays by policy is said to stay', () => {
  const kept =
    'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, annotations: {helm.sh/resource-policy: keep}}\n';
  expect(formatDiff(diffManifests(kept, ''), 'summary')[0]).toMatch(/stays in the cluster/);
});

const everything = (before: string, after: string): string =>
  formatDiff(diffManifests(before, after), 'full').join('\n');

test('a changed Secret names its keys and shows no value, and no length', () => {
  const before = secret('data:\n  password: czNjcmV0LW9uZQ==\n  same: YWJjZGVmZ2g=');
  const after = secret(
    'data:\n  password: czNjcmV0LXR3by1sb25nZXI=\n  same: YWJjZGVmZ2g=\n  fresh: bmV3LXZhbHVl',
  );
  const text = everything(before, after);
  expect(text).toContain('! Secret credentials (+2 -1, values of fresh, password)');
  expect(text).toContain("+     password: '*** (changed)'");
  expect(text).not.toMatch(/czNj|s3cret|bmV3|YWJj/);
  const shorter = everything(
    secret('stringData: {password: abcdefgh}'),
    secret('stringData: {password: "1"}'),
  );
  const longer = everything(
    secret('stringData: {password: abcdefgh}'),
    secret('stringData: {password: "1\\n2\\n3\\n4"}'),
  );
  expect(shorter).toBe(longer);
});

test('a value of a Secret is hidden where it is repeated', () => {
  const manifest = (password: string): string =>
    secret(`stringData:\n  password: ${password}`) + configMap(`url: postgres://shop:${password}@db/shop`);
  const text = everything(manifest('hunter2-hunter2'), manifest('correct-horse-battery'));
  expect(text).not.toMatch(/hunter2|horse/);
  expect(text).toContain('+     url: postgres://shop:***@db/shop (changed)');
});

test('what the caller masks is hidden too, and so are checksums', () => {
  const pod = (value: string): string =>
    `apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations: {checksum/secret: ${value}}\nspec:\n  containers: [{name: c, env: [{name: T, value: "token-${value}"}]}]\n`;
  const text = formatDiff(diffManifests(pod('aaaa'), pod('bbbb'), ['token-aaaa', 'token-bbbb']), 'full').join(
    '\n',
  );
  expect(text).not.toMatch(/aaaa|bbbb/);
  expect(text).toContain("checksum/secret: '*** (changed)'");
});

test('the number of lines is bounded', () => {
  const many = Array.from({ length: 50 }, (_, i) => configMap('a: "1"', `c${i}`)).join('');
  const lines = formatDiff(diffManifests('', many), 'summary', 10);
  expect(lines).toHaveLength(11);
  expect(lines.at(-1)).toBe('… 40 more lines');
});

test.each([
  [['a', 'b', 'c'], ['a', 'x', 'c'], ' a-b+x c'],
  [[], ['a'], '+a'],
  [['a'], [], '-a'],
  [['a', 'b', 'c', 'd'], ['b', 'd', 'e'], '-a b-c d+e'],
  [['a'], ['a'], ' a'],
])('%j → %j', (before, after, expected) => {
  expect(
    diffLines(before, after)
      .map(({ sign, text }) => sign + text)
      .join(''),
  ).toBe(expected);
});

test('a comparison that would take too long says replaced', () => {
  const lines = (letter: string): string[] => Array.from({ length: 3_000 }, (_, i) => `${letter}${i}`);
  const diff = diffLines(lines('a'), lines('b'));
  expect(diff.slice(0, 3_000).every(({ sign }) => sign === '-')).toBe(true);
});

test.each([
  [0, 'fits'],
  [Math.floor(secretLimit * 0.79), 'fits'],
  [Math.ceil(secretLimit * 0.8), 'near'],
  [secretLimit, 'near'],
  [secretLimit + 1, 'too large'],
])('%d stored bytes: %s', (stored, kind) => {
  expect(judgeStoredSize(stored).kind).toBe(kind);
});

test('base64 of gzip takes a third more', () => {
  expect(storedSize(786_432)).toBe(secretLimit);
});
