import { expect, test } from '@jest/globals';
import { isReleaseTag, refMatches, tooOld, trustIn } from '../../../lib/domain/build/trust.ts';

const refs = ['refs/heads/main', 'refs/tags/**'];
const ref = 'refs/tags/v1.4.2';

test.each([
  ['no release', { facts: {}, signed: undefined }, false, 'trusted'],
  ['signed', { facts: {}, signed: true }, true, 'trusted'],
  ['the signature is missing, whatever the label says', { facts: { ref }, signed: false }, true, 'untrusted'],
  ['no label', { facts: {}, signed: undefined }, true, 'untrusted'],
  ['this ref', { facts: { ref }, signed: undefined }, true, 'trusted'],
  ['a ref that may', { facts: { ref: 'refs/heads/main' }, signed: undefined }, true, 'trusted'],
  ['another branch', { facts: { ref: 'refs/heads/mine' }, signed: undefined }, true, 'untrusted'],
])('%s', (_, candidate, release, kind) => {
  expect(trustIn(candidate, { ref, refs, release }).kind).toBe(kind);
});

test.each([
  ['refs/heads/main', 'refs/heads/main', true],
  ['refs/heads/main', 'refs/heads/main2', false],
  ['refs/heads/release/*', 'refs/heads/release/1.4', true],
  ['refs/heads/release/*', 'refs/heads/release/1.4/fix', false],
  ['refs/heads/release/**', 'refs/heads/release/1.4/fix', true],
  ['refs/tags/v1.*', 'refs/tags/v1x4', false],
])('%s and %s', (pattern, name, expected) => {
  expect(refMatches(pattern, name)).toBe(expected);
});

test.each([
  ['v1.4.2', true],
  ['1.4', true],
  ['1', true],
  ['v2.0.0-rc.1', true],
  ['latest', true],
  ['prod-4711', true],
  ['live', true],
  ['release-1.4.2', true],
  ['api-v1.4.2', true],
  ['preprod', false],
  ['sha-0123', false],
  ['dev-4711', false],
  ['latest-dev', false],
  ['main', false],
  ['product', false],
])('%s is a release: %s', (tag, expected) => {
  expect(isReleaseTag(tag)).toBe(expected);
});

test('how old is what RUN steps fetched', () => {
  const now = Date.parse('2026-01-10T00:00:00Z');
  const at = { now, maxAge: 7 * 86_400_000 };
  expect(tooOld({ builtAt: '2026-01-03T00:00:00Z' }, at)).toBeUndefined();
  expect(tooOld({ builtAt: '2026-01-02T23:59:59Z' }, at)).toContain('max-age');
  expect(tooOld({}, at)).toContain('does not say when');
});
