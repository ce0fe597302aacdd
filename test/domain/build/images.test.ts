import { expect, test } from '@jest/globals';
import { parseImages } from '../../../lib/domain/build/images.ts';

test('repositories, Docker Hub written out', () => {
  expect(parseImages(['ghcr.io/octo/shop', 'octo/shop', '127.0.0.1:5000/shop'])).toEqual({
    images: [
      { registry: 'ghcr.io', repository: 'octo/shop' },
      { registry: 'docker.io', repository: 'octo/shop' },
      { registry: '127.0.0.1:5000', repository: 'shop' },
    ],
    faults: [],
  });
});

test.each([
  ['ghcr.io/Octo/Shop', 'a repository is written in lower case: ghcr.io/octo/shop'],
  ['GHCR.io/Octo/Shop:V1', 'a repository is written in lower case: ghcr.io/octo/shop:V1'],
  ['ghcr.io/octo/shop:v1', 'has a tag; write it under tags: v1'],
  [`ghcr.io/octo/shop@sha256:${'a'.repeat(64)}`, 'has a digest; name the repository alone'],
  ['https://ghcr.io/octo/shop', 'is an address; write ghcr.io/octo/shop'],
  ['ghcr.io/octo//shop', 'is no repository; write registry/name, such as ghcr.io/octo/shop'],
])('%s: %s', (line, problem) => {
  expect(parseImages([line]).faults).toEqual([{ input: 'images', value: JSON.stringify(line), problem }]);
});

test('one repository twice', () => {
  expect(parseImages(['octo/shop', 'docker.io/octo/shop']).faults).toMatchObject([
    { problem: 'is there twice' },
  ]);
});
