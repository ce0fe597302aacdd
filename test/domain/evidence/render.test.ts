import { expect, test } from '@jest/globals';
import { hideIn } from '../../../lib/domain/evidence/hide.ts';
import {
  evidenceFile,
  failureLines,
  foldedEvidence,
  tellsMore,
} from '../../../lib/domain/evidence/render.ts';
import { tailOf } from '../../../lib/domain/evidence/tail.ts';
import type { Evidence, Failure, LogTail } from '../../../lib/domain/evidence/types.ts';
import { maskSecretsOf } from '../../../lib/domain/manifest/conceal.ts';
import { fitSummary } from '../../../lib/domain/report/fit.ts';
import { object } from '../workloads/objects.ts';

const log = (lines: readonly string[], over: Partial<LogTail> = {}): LogTail => ({
  namespace: 'shop',
  pod: 'web-new-a',
  container: 'app',
  run: 'previous',
  ended: 'exit 1 (Error)',
  lines,
  cut: false,
  ...over,
});

const failure = (over: Partial<Failure> = {}): Failure => ({
  subject: 'Deployment shop/web',
  rule: 'CrashLoop',
  cause: 'pod web-new-a container app: crashed 3 times: exit 1 (Error)',
  remedy: 'read its log',
  alike: ['9 more pods of it'],
  owners: ['Deployment shop/web', 'ReplicaSet shop/web-new', 'Pod shop/web-new-a'],
  containers: [
    { name: 'app', image: 'shop:2', state: 'waiting: CrashLoopBackOff', last: 'exit 1 (Error)', restarts: 3 },
  ],
  events: [
    {
      about: 'Pod web-new-a',
      reason: 'BackOff',
      message: 'Back-off restarting failed container app',
      count: 4,
      first: '2026-01-01T10:00:01.000Z',
      last: '2026-01-01T10:00:09.000Z',
    },
  ],
  logs: [log(['starting', 'no such table: <orders>'])],
  changes: ['container app: image shop:1 → shop:2'],
  ...over,
});

const bare = failure({
  alike: [],
  owners: [],
  containers: [],
  events: [],
  logs: [],
  changes: [],
  remedy: '',
});
const all = (over: Partial<Evidence> = {}): Evidence => ({ failures: [failure()], missing: [], ...over });

test('in the log: what there is, in columns', () => {
  expect(failureLines(failure())).toEqual([
    '  cause       pod web-new-a container app: crashed 3 times: exit 1 (Error)',
    '  owners      Deployment shop/web → ReplicaSet shop/web-new → Pod shop/web-new-a',
    '              and 9 more pods of it, alike',
    '  containers  app: waiting: CrashLoopBackOff; before: exit 1 (Error); restarts: 3; shop:2',
    '  events      10:00:01–10:00:09 ×4 Pod web-new-a BackOff: Back-off restarting failed container app',
    '  changed     container app: image shop:1 → shop:2',
    '  do          read its log',
  ]);
  expect(failureLines(bare)).toEqual([`  cause  ${bare.cause}`]);
});

test('in the summary: folded, the logs apart, so that a long one is cut before anything else', () => {
  const long = Array.from({ length: 200 }, (_, index) => `line ${index} ${'x'.repeat(80)}`);
  const text = foldedEvidence(
    all({ failures: [failure({ logs: [log(long)] })], missing: ['logs may not be read'] }),
  );
  expect(text.match(/<summary>.*<\/summary>/g)).toEqual([
    '<summary>Evidence: Deployment shop/web: CrashLoop</summary>',
    '<summary>Log of pod web-new-a container app, previous run (exit 1 (Error))</summary>',
    '<summary>Evidence that could not be had</summary>',
  ]);
  expect(text).toContain('`Deployment shop/web` → `ReplicaSet shop/web-new` → `Pod shop/web-new-a`');
  // Its end: there the cause stands.
  expect(text).toContain('line 199');
  expect(text).not.toContain('line 150 ');
  const fitted = fitSummary(text, 4_000);
  expect(fitted).toContain('- container app: image shop:1 → shop:2');
  expect(fitted).toContain('**What to do**: read its log');
});

test('what a pod prints is no markup, neither whole nor cut', () => {
  const nasty = log(['```', '</details>', '::error::mine', '<b>bold</b>']);
  const text = foldedEvidence(all({ failures: [failure({ logs: [nasty] })] }));
  expect(text.match(/<\/details>/g)).toHaveLength(2);
  expect(text).toContain('````text\n```\n');
});

test('what has no more than its cause, which stands above already, is not folded', () => {
  expect(tellsMore(bare)).toBe(false);
  expect(foldedEvidence(all({ failures: [bare] }))).toBe('');
});

test('as a file: everything', () => {
  const text = evidenceFile('shop 1.2.0 in prod: why it did not hold', all({ failures: [failure(), bare] }));
  expect(text).toContain('# shop 1.2.0 in prod: why it did not hold\n\n## Deployment shop/web: CrashLoop\n');
  expect(text).toContain('```text\nstarting\nno such table: <orders>\n```');
  expect(text).toContain(
    '| BackOff | `Pod web-new-a` | Back-off restarting failed container app | 10:00:01–10:00:09 ×4 |',
  );
  expect(text).not.toContain('<details>');
});

test('a log that is empty says so', () => {
  expect(evidenceFile('x', all({ failures: [failure({ logs: [log([])] })] }))).toContain('It said nothing.');
});

test.each<[string, string, { lines: number; bytes: number }, { lines: string[]; cut: boolean }]>([
  ['what fits', 'a\nb\n', { lines: 5, bytes: 100 }, { lines: ['a', 'b'], cut: false }],
  ['nothing', '', { lines: 5, bytes: 100 }, { lines: [], cut: false }],
  ['too many lines', 'a\nb\nc\n', { lines: 2, bytes: 100 }, { lines: ['b', 'c'], cut: true }],
  ['too many bytes', 'aaaa\nbbbb\ncccc', { lines: 5, bytes: 10 }, { lines: ['bbbb', 'cccc'], cut: true }],
  ['one long line', `x${'é'.repeat(9)}end`, { lines: 5, bytes: 6 }, { lines: ['…éend'], cut: true }],
])('the tail of a log: %s', (_, text, limits, expected) => {
  expect(tailOf(text, limits)).toEqual(expected);
});

const password = 'tulip-7319/Kx&more';
const key = [
  '-----BEGIN PRIVATE KEY-----',
  'MIIEvQIBADANBgkqhkiG9w0B',
  'AQEFAASCBKcwggSjAgEAAoIB',
  '-----END PRIVATE KEY-----',
];
const secret = { ...object('v1', 'Secret', 'db'), stringData: { password, key: key.join('\n') } };

test.each([
  ['as it is', `connecting with ${password}`],
  ['in a URL', `postgres://shop:${encodeURIComponent(password)}@db`],
  ['in base64', `header ${Buffer.from(password).toString('base64')}`],
  ['in JSON', JSON.stringify({ password })],
  ['a line of a key', `bad key at ${key[1]}`],
])('a value of a Secret of the release is hidden wherever a log or an event quotes it: %s', (_, quoted) => {
  const { events } = failure();
  const evidence = all({
    failures: [
      failure({
        cause: quoted,
        logs: [log(['before', quoted])],
        events: events.map((e) => ({ ...e, message: quoted })),
      }),
    ],
    missing: [quoted],
  });
  const text = JSON.stringify(hideIn(evidence, maskSecretsOf([secret])));
  expect(text.match(/\*\*\*/g)).toHaveLength(4);
  expect(text).toContain('Deployment shop/web');
  expect(text).not.toMatch(/tulip|MIIEvQ|dHVsaXA/);
});

test('a key that was printed over several lines is hidden whole', () => {
  const { failures } = hideIn(
    all({ failures: [failure({ logs: [log(['key:', ...key, 'end'])] })] }),
    maskSecretsOf([secret]),
  );
  expect(failures[0]?.logs[0]?.lines).toEqual(['key:', '***', 'end']);
});
