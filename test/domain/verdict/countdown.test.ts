import { expect, test } from '@jest/globals';
import { countdownLine, countdownNews } from '../../../lib/domain/verdict/countdown.ts';
import type { Finding } from '../../../lib/domain/verdict/types.ts';

const finding = (subject: string, more: Partial<Finding> = {}): Finding => ({
  subject,
  rule: 'CrashLoop',
  cause: 'exit 1',
  severity: 'likely',
  firstSeen: 1_000,
  callAt: 31_000,
  proof: '',
  remedy: '',
  ...more,
});
const web = finding('Pod shop/web-a');

test.each([
  [1_000, 'called in 30s unless it clears'],
  [19_300, 'called in 12s unless it clears'],
  [31_000, 'called as soon as the API shows that it still stands'],
])('at %d: %s', (now, expected) => {
  expect(countdownLine(web, now)).toBe(`likely: Pod shop/web-a: exit 1; ${expected}`);
});

test('what is never called before the deadline says so', () => {
  const { callAt: _, ...patient } = web;
  expect(countdownLine(patient, 0)).toContain('waited for until the deadline');
});

test.each<[string, Finding[], Finding[], RegExp[]]>([
  ['is new', [], [web], [/^likely: Pod shop\/web-a/]],
  ['stands', [web], [web], []],
  ['stands, with other words', [web], [finding('Pod shop/web-a', { cause: 'exit 2' })], []],
  ['moves on to another pod', [web], [finding('Pod shop/web-b')], []],
  ['clears', [web], [], [/^cleared: Pod shop\/web-a: exit 1$/]],
  ['begins anew', [web], [finding('Pod shop/web-a', { firstSeen: 9_000, callAt: 39_000 })], [/^likely/]],
  ['is given more time', [web], [finding('Pod shop/web-a', { callAt: 99_000 })], [/^likely/]],
  [
    'waits for another workload',
    [finding('Pod shop/web-a', { waitsFor: 'Deployment shop/db' })],
    [finding('Pod shop/web-a', { waitsFor: 'its next run' })],
    [/^likely: Pod shop\/web-a: exit 1; waits for its next run; called in 21s unless it clears$/],
  ],
  [
    'clears, and another is new',
    [web],
    [finding('Pod shop/api-a', { firstSeen: 9_000 })],
    [/^cleared: Pod shop\/web-a/, /^likely: Pod shop\/api-a/],
  ],
])('what %s', (_, before, after, expected) => {
  expect(countdownNews(before, after, 10_000)).toEqual(expected.map((line) => expect.stringMatching(line)));
});
