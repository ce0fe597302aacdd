import { expect, test } from '@jest/globals';
import { combineSarif } from '../../../lib/domain/sarif/combine.ts';
import { atLeast, countBySeverity, readSarif } from '../../../lib/domain/sarif/read.ts';

const rules = [
  { id: 'CVE-1', properties: { 'security-severity': '9.8' } },
  { id: 'CVE-2', properties: { 'security-severity': '7.0' } },
  { id: 'CVE-3', defaultConfiguration: { level: 'note' } },
];
const report = (results: object[], more: object = {}): string =>
  JSON.stringify({
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'trivy', rules } }, results, ...more }],
  });

const severityOf = (result: object): string => {
  const found = readSarif(report([result]));
  return typeof found === 'string' ? found : (found[0]?.severity ?? 'none');
};

test.each([
  ['the score of the rule', { ruleId: 'CVE-1', level: 'note' }, 'critical'],
  ['a score at the bound', { ruleId: 'CVE-2' }, 'high'],
  ['the rule by its place', { ruleIndex: 1 }, 'high'],
  ['the level of the rule', { ruleId: 'CVE-3' }, 'low'],
  ['the level of the result', { ruleId: 'x', level: 'error' }, 'high'],
  ['its own score', { ruleId: 'CVE-3', properties: { 'security-severity': 5 } }, 'medium'],
  ['nothing said', { ruleId: 'x' }, 'medium'],
  ['a pass is no finding', { ruleId: 'CVE-1', kind: 'pass' }, 'none'],
  ['suppressed', { ruleId: 'CVE-1', suppressions: [{ kind: 'external' }] }, 'none'],
  [
    'suppression rejected',
    { ruleId: 'CVE-1', suppressions: [{ kind: 'external', status: 'rejected' }] },
    'critical',
  ],
])('%s', (_, result, expected) => {
  expect(severityOf(result)).toBe(expected);
});

test('worst first, with place and one line', () => {
  const found = readSarif(
    report([
      { ruleId: 'CVE-3', message: { text: 'small' } },
      {
        ruleId: 'CVE-1',
        message: { text: 'Package: openssl\nFixed: 3' },
        locations: [{ physicalLocation: { artifactLocation: { uri: 'usr/lib/ssl' } } }],
      },
    ]),
  );
  expect(found).toEqual([
    { rule: 'CVE-1', severity: 'critical', message: 'Package: openssl', place: 'usr/lib/ssl' },
    { rule: 'CVE-3', severity: 'low', message: 'small', place: '' },
  ]);
  if (typeof found === 'string') throw new Error(found);
  expect(countBySeverity(found)).toBe('1 critical, 1 low');
  expect(atLeast(found, 'high')).toHaveLength(1);
  expect(atLeast(found, 'low')).toHaveLength(2);
});

test.each([['{'], ['null'], ['{}'], ['[]'], ['{"runs": 1}']])('no report: %s', (text) => {
  expect(typeof readSarif(text)).toBe('string');
});

test.each([['{"runs": [null, 1, {}]}'], ['{"runs": [{"results": [null, "x", {"ruleIndex": 7}]}]}']])(
  'odd, but no crash: %s',
  (text) => {
    expect(Array.isArray(readSarif(text))).toBe(true);
  },
);

test('reports of several platforms as one, told apart', () => {
  const combined = JSON.parse(
    combineSarif([
      { platform: 'linux/amd64', text: report([{ ruleId: 'CVE-1' }]) },
      { platform: 'linux/arm64', text: report([], { automationDetails: { id: 'nightly/' } }) },
    ]),
  ) as { runs: { automationDetails: { id: string } }[] };
  expect(combined.runs.map(({ automationDetails }) => automationDetails.id)).toEqual([
    'linux/amd64/',
    'nightly/linux/arm64/',
  ]);
});
