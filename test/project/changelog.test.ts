import { expect, test } from '@jest/globals';
import { notesOf } from '../../scripts/changelog.ts';

const changelog = `# Changelog

## [Unreleased]

## [1.2.0] - 2026-12-01

### Added

- a thing

## [1.1.0] - 2026-11-01

- older

[1.2.0]: https://example.com
`;

test.each([
  ['1.2.0', '### Added\n\n- a thing'],
  ['1.1.0', '- older'],
  ['1.0.0', undefined],
  ['Unreleased', undefined],
])('notes of %s', (version, expected) => {
  expect(notesOf(changelog, version)).toBe(expected);
});
