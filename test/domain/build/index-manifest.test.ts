import { expect, test } from '@jest/globals';
import { imagesIn, indexText, platformTwice } from '../../../lib/domain/build/index-manifest.ts';
import type { Descriptor } from '../../../lib/domain/oci/types.ts';

const part = (architecture: string, digit: string): Descriptor => ({
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: `sha256:${digit.repeat(64)}`,
  size: 1,
  platform: { os: 'linux', architecture },
});
const attestation: Descriptor = {
  ...part('unknown', 'c'),
  platform: { os: 'unknown', architecture: 'unknown' },
  annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
};

test('the same parts in any order are the same bytes, images first', () => {
  const [amd64, arm64] = [part('amd64', 'a'), part('arm64', 'b')];
  const text = indexText([attestation, arm64, amd64], { a: 'b' });
  expect(indexText([amd64, attestation, arm64], { a: 'b' })).toBe(text);
  expect(JSON.parse(text)).toEqual({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [amd64, arm64, attestation],
    annotations: { a: 'b' },
  });
  expect(imagesIn([amd64, attestation])).toEqual([amd64]);
});

test('two images for one platform', () => {
  expect(platformTwice([part('amd64', 'a'), part('amd64', 'b')])).toBe('linux/amd64');
  expect(platformTwice([part('amd64', 'a'), part('arm64', 'b'), attestation, attestation])).toBeUndefined();
});
