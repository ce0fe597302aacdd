import { expect, test } from '@jest/globals';
import { fitSummary } from '../../../lib/domain/report/fit.ts';
import { codeBlock, details, sections } from '../../../lib/domain/report/markdown.ts';

const lines = (count: number, word: string): string =>
  Array.from({ length: count }, (_, i) => `${word} ${i}`).join('\n');
const size = (text: string): number => Buffer.byteLength(text);

test('what fits is left alone', () => {
  expect(fitSummary('# x', 100)).toBe('# x');
});

test('folded sections shrink first, the longest one first', () => {
  const short = details('short', lines(5, 'short'));
  const text = sections('### verdict', details('long', codeBlock(lines(2_000, 'ünïcode'))), short, 'the end');
  const fitted = fitSummary(text, 8_000);
  expect(size(fitted)).toBeLessThanOrEqual(8_000);
  expect(size(fitted)).toBeGreaterThan(7_000);
  expect(fitted).toContain('### verdict');
  expect(fitted).toContain(short);
  expect(fitted.endsWith('the end')).toBe(true);
  expect(fitted).toMatch(/ünïcode \d+\n```\n\n_Cut here/);
});

test('when one is not enough the next one shrinks, too', () => {
  const text = sections('### verdict', details('a', lines(500, 'a')), details('b', lines(400, 'b')));
  const fitted = fitSummary(text, 1_000);
  expect(size(fitted)).toBeLessThanOrEqual(1_000);
  expect(fitted.match(/_Cut here/g)).toHaveLength(2);
  expect(fitted.match(/<\/details>/g)).toHaveLength(2);
});

test('without anything to fold the end goes, at a line', () => {
  const fitted = fitSummary(lines(1_000, 'row'), 2_000);
  expect(size(fitted)).toBeLessThanOrEqual(2_000);
  expect(fitted).toMatch(/^row 0\n[\s\S]*row \d+\n\n_Cut here/);
});

test('one line that is too long does not go on for ever', () => {
  expect(size(fitSummary('x'.repeat(10_000), 1_000))).toBeLessThanOrEqual(1_000);
  expect(size(fitSummary(details('x', 'y'.repeat(10_000)), 1_000))).toBeLessThanOrEqual(1_000);
});
