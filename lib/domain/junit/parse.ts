/**
 * JUnit XML has no standard; what pytest, Jest, Surefire, Go, PHPUnit and Playwright write differs in what surrounds a
 * `testcase`, not in the case itself. So the cases are looked for at any depth, and counted here: the totals in the
 * attributes are somebody's claim.
 */
import { parseXml, XmlElement } from '@rgrove/parse-xml';
import type { XmlDocument } from '@rgrove/parse-xml';
import { excerpt } from '../checks/excerpt.ts';
import type { CaseOutcome, TestCase } from './types.ts';

/** The cases of a report, or in a few words why it cannot be read. */
export function parseJunit(text: string): readonly TestCase[] | { readonly unreadable: string } {
  let document: XmlDocument;
  try {
    document = parseXml(text);
  } catch (error) {
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { unreadable: `it is not XML: ${first}` };
  }
  const { root } = document;
  if (root === null || !['testsuites', 'testsuite'].includes(root.name))
    return { unreadable: `it is not JUnit: its root is ${root?.name ?? 'missing'}, not testsuites` };
  return casesIn(root);
}

function casesIn(element: XmlElement): TestCase[] {
  return childrenOf(element).flatMap((child) => {
    if (child.name === 'testcase') return [caseOf(child)];
    return child.name === 'testsuite' ? casesIn(child) : [];
  });
}

function caseOf(element: XmlElement): TestCase {
  const parts = childrenOf(element);
  const bad = parts.find(({ name }) => name === 'failure' || name === 'error');
  const skipped = parts.some(({ name }) => name === 'skipped');
  const outcome: CaseOutcome = bad === undefined ? (skipped ? 'skipped' : 'passed') : 'failed';
  const { name = '', classname = '', time = '' } = element.attributes;
  const seconds = Number(time.replaceAll(',', ''));
  return {
    name: name === '' ? 'a case without a name' : name,
    group: classname,
    outcome,
    took: Number.isFinite(seconds) ? Math.round(seconds * 1_000) : 0,
    message: bad === undefined ? '' : messageOf(bad),
  };
}

const messageOf = (element: XmlElement): string =>
  excerpt([element.attributes['message'] ?? '', element.text.trim()].filter(Boolean).join('\n')) ||
  'no message';

const childrenOf = ({ children }: XmlElement): XmlElement[] =>
  children.filter((child): child is XmlElement => child instanceof XmlElement);
