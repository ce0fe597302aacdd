import type { TestCase, TestSuite } from './types.ts';

/** A JUnit report of these suites, for any reporter that the workflow has. */
export function writeJunit(suites: readonly TestSuite[]): string {
  const body = suites.map(suiteOf).join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${totals(suites.flatMap(({ cases }) => cases))}>\n${body}\n</testsuites>\n`;
}

const suiteOf = ({ name, cases }: TestSuite): string =>
  `  <testsuite name="${attribute(name)}"${totals(cases)}>\n${cases.map(caseOf).join('\n')}\n  </testsuite>`;

function caseOf({ name, group, outcome, took, message }: TestCase): string {
  const head = `    <testcase name="${attribute(name)}" classname="${attribute(group)}" time="${seconds(took)}"`;
  if (outcome === 'passed') return `${head}/>`;
  if (outcome === 'skipped') return `${head}><skipped/></testcase>`;
  const [first = ''] = message.split('\n');
  return `${head}><failure message="${attribute(first)}">${text(message)}</failure></testcase>`;
}

function totals(cases: readonly TestCase[]): string {
  const count = (outcome: TestCase['outcome']): number =>
    cases.filter((each) => each.outcome === outcome).length;
  const took = cases.reduce((sum, each) => sum + each.took, 0);
  return ` tests="${cases.length}" failures="${count('failed')}" errors="0" skipped="${count('skipped')}" time="${seconds(took)}"`;
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

/** XML 1.0 has no way at all to write most control characters. */
const text = (raw: string): string =>
  raw
    // eslint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

const attribute = (raw: string): string =>
  text(raw).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
