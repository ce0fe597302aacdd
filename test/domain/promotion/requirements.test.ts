import { expect, test } from '@jest/globals';
import { parseRequirement, wordOf } from '../../../lib/domain/promotion/requirements.ts';
import { latestScan, parseScanRecord, writeScanRecord } from '../../../lib/domain/promotion/scan-record.ts';
import type { ScanRecord } from '../../../lib/domain/promotion/scan-record.ts';
import { formatBytes } from '../../../lib/domain/size.ts';
import { ownWorkflows, workflowIssuer } from '../../../lib/domain/promotion/trusted-signer.ts';

test.each(['signature', 'scan', 'verified-in:staging'])('%s is read as it is written', (text) => {
  const parsed = parseRequirement(text);
  expect(parsed.kind === 'requirement' && wordOf(parsed.requirement)).toBe(text);
});

test('a space after the colon does no harm', () => {
  expect(parseRequirement('verified-in: staging')).toEqual({
    kind: 'requirement',
    requirement: { kind: 'verified-in', environment: 'staging' },
  });
});

test.each([
  ['verified-in', 'in which environment?'],
  ['verified-in:', 'in which environment?'],
  ['signatur', 'did you mean signature?'],
  ['scan:trivy', 'must be signature, scan or verified-in'],
  ['environment', 'must be signature, scan or verified-in'],
])('%s is refused', (text, problem) => {
  expect(parseRequirement(text)).toEqual({ kind: 'problem', problem: expect.stringContaining(problem) });
});

const record = (at: string, rest: Partial<ScanRecord> = {}): ScanRecord => ({
  schema: 'slipway/scan/v1',
  digest: 'sha256:aa',
  outcome: 'pass',
  scanner: 'trivy',
  platforms: [],
  reason: 'nothing at or above high',
  at,
  run: 'octo/shop/1/1',
  ...rest,
});

test('the last scan of the digest counts, in whatever order they are listed', () => {
  const records = [
    record('2026-11-25T00:00:00Z', { outcome: 'fail' }),
    record('2026-11-26T00:00:00Z', { scanner: 'grype' }),
    record('2026-11-27T00:00:00Z', { digest: 'sha256:bb', outcome: 'fail' }),
    record('2026-11-24T00:00:00Z'),
  ];
  expect(latestScan(records, 'sha256:aa')).toMatchObject({ scanner: 'grype', outcome: 'pass' });
  expect(latestScan(records, 'sha256:cc')).toBeUndefined();
});

test('a record is read back as it was written; what is none is not', () => {
  const written = record('2026-11-25T00:00:00Z');
  expect(parseScanRecord(writeScanRecord(written))).toEqual(written);
  for (const wrong of [
    {},
    { ...written, schema: 'x' },
    { ...written, outcome: 'maybe' },
    { ...written, at: 'today' },
  ])
    expect(parseScanRecord(Buffer.from(JSON.stringify(wrong)))).toBeUndefined();
  for (const text of ['', 'null', '[]', '7']) expect(parseScanRecord(Buffer.from(text))).toBeUndefined();
});

const workflow = 'https://github.com/octo/shop/.github/workflows/release.yml@';

test.each([
  [`${workflow}refs/heads/main`, true],
  [`${workflow}refs/heads/release/1.4`, true],
  [`${workflow}refs/tags/v1.4.2`, true],
  [`${workflow}refs/heads/main-of-mallory`, false],
  [`${workflow}refs/heads/feature/x`, false],
  [`${workflow}refs/pull/7/merge`, false],
  ['https://github.com/octo/shop-copy/.github/workflows/release.yml@refs/heads/main', false],
  ['https://githubXcom/octo/shop/.github/workflows/release.yml@refs/heads/main', false],
])('a signature by %s is our own: %s', (identity, trusted) => {
  expect(new RegExp(ownWorkflows('https://github.com', 'octo/shop')).test(identity)).toBe(trusted);
});

test('who vouches for it', () => {
  const issuer = new RegExp(workflowIssuer('https://github.com'));
  expect(issuer.test('https://token.actions.githubusercontent.com')).toBe(true);
  expect(new RegExp(workflowIssuer('https://ghe.example')).test('https://ghe.example/_services/token')).toBe(
    true,
  );
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [104_857_600, '104.9 MB'],
  [2_500_000_000, '2.5 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
