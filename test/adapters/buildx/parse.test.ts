import { expect, test } from '@jest/globals';
import { parseInspect, parseVersion, pushesByDigest } from '../../../lib/adapters/buildx/parse.ts';

test.each([
  ['github.com/docker/buildx v0.38.1 28c90eadc4c12cd7f1e8d7a5ae1f3d9a55a1d5a8', '0.38.1'],
  ['github.com/docker/buildx 0.13.1+debian ', '0.13.1+debian'],
  ['github.com/docker/buildx 0.0.0+unknown', '0.0.0+unknown'],
  ['nothing', undefined],
])('%s', (stdout, text) => {
  expect(parseVersion(stdout)?.text).toBe(text);
});

const remote = `Name:          slipway
Driver:        remote
Last Activity: 2026-11-26 01:26:11 +0000 UTC

Nodes:
Name:             slipway0
Endpoint:         unix:///tmp/buildkitd.sock
Status:           running
BuildKit version: v0.34.2
Platforms:        linux/amd64, linux/386
`;

test('a builder, not its node', () => {
  expect(parseInspect(remote)).toEqual({
    name: 'slipway',
    driver: 'remote',
    error: undefined,
    buildkit: 'v0.34.2',
  });
});

test('a node that is not well', () => {
  const text = remote.replace('Status:           running', 'Error:            connection refused');
  expect(parseInspect(text)).toMatchObject({ error: 'connection refused' });
});

test('no such text', () => {
  expect(parseInspect('ERROR: no builder found')).toBeUndefined();
});

test.each([
  ['docker', false],
  ['docker-container', true],
  ['remote', true],
  ['kubernetes', true],
])('%s pushes by digest: %s', (driver, expected) => {
  expect(pushesByDigest(driver)).toBe(expected);
});
