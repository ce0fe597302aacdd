import { expect, test } from '@jest/globals';
import { parseMetadata } from '../../../lib/domain/build/metadata.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const config = `sha256:${'b'.repeat(64)}`;

test.each([
  ['an image', { 'containerimage.digest': digest, 'containerimage.config.digest': config }, digest, config],
  ['an index', { 'containerimage.digest': digest }, digest, undefined],
  ['no push', { 'buildx.build.ref': 'default/default/x' }, undefined, undefined],
  ['a digest that is none', { 'containerimage.digest': 'sha256:abc' }, undefined, undefined],
])('%s', (_, document, expected, imageId) => {
  expect(parseMetadata(JSON.stringify(document))).toMatchObject({ digest: expected, imageId });
});

test.each([[''], ['{"containerimage.digest": "sha256:'], ['null'], ['[]']])('no such file: %s', (text) => {
  expect(parseMetadata(text)).toMatchObject({ digest: undefined, imageId: undefined });
});
