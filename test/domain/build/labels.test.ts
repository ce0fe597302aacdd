import { expect, test } from '@jest/globals';
import { isReserved, originAnnotations, originLabels } from '../../../lib/domain/build/labels.ts';

const origin = {
  source: 'https://github.com/octo/shop',
  commit: '5f3c1c1d',
  committedAt: '2026-01-02T03:04:05Z',
  version: '1.4.2',
  sourceHash: 'a'.repeat(64),
  ref: 'refs/heads/main',
  run: 'octo/shop/1001/1',
  builtAt: '2026-01-03T00:00:00.000Z',
};

test('all that is known; created is the commit, not now', () => {
  expect(originLabels(origin, ['team=cart'])).toEqual([
    'org.opencontainers.image.source=https://github.com/octo/shop',
    'org.opencontainers.image.revision=5f3c1c1d',
    'org.opencontainers.image.version=1.4.2',
    'org.opencontainers.image.created=2026-01-02T03:04:05Z',
    'dev.slipway.version=1.4.2',
    `dev.slipway.source-hash=${'a'.repeat(64)}`,
    'dev.slipway.ref=refs/heads/main',
    'dev.slipway.run=octo/shop/1001/1',
    'dev.slipway.built-at=2026-01-03T00:00:00.000Z',
    'team=cart',
  ]);
});

const unknown = { ...origin, committedAt: undefined, version: undefined, sourceHash: undefined };

test('what is not known does not come from the base, and the author has the last word', () => {
  const given = ['org.opencontainers.image.source=https://example.com/x'];
  expect(originLabels(unknown, given)).toEqual([
    'org.opencontainers.image.revision=5f3c1c1d',
    'org.opencontainers.image.created=',
    'dev.slipway.version=',
    'dev.slipway.source-hash=',
    'dev.slipway.ref=refs/heads/main',
    'dev.slipway.run=octo/shop/1001/1',
    'dev.slipway.built-at=2026-01-03T00:00:00.000Z',
    ...given,
  ]);
});

test('an annotation that says nothing is left out', () => {
  const annotations = originAnnotations(unknown, ['team=']);
  expect(annotations).toContain('team=');
  expect(annotations.join()).not.toMatch(/created|version|hash/);
});

test.each([
  ['dev.slipway.ref=refs/heads/main', true],
  ['index:dev.slipway.ref=x', true],
  ['manifest[linux/amd64]:dev.slipway.run=x', true],
  ['team=dev.slipway.', false],
])('%s is ours alone: %s', (label, expected) => {
  expect(isReserved(label)).toBe(expected);
});
