import { expect, test } from '@jest/globals';
import { parsePlacements, placeImages } from '../../../lib/domain/images/place.ts';
import { formatValuesPath, parseValuesPath } from '../../../lib/domain/images/values-path.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const ref = `ghcr.io/acme/shop:1.2.3@${digest}`;

const place = (lines: string[], values: unknown) => {
  const { placements, faults } = parsePlacements(lines);
  expect(faults).toEqual([]);
  return placeImages(placements, values);
};

test.each([
  ['a.b', ['a', 'b']],
  ['a[0].b', ['a', 0, 'b']],
  ['a[0][12]', ['a', 0, 12]],
  ['a\\.b.c', ['a.b', 'c']],
  ['a..b', undefined],
  ['a[x]', undefined],
  ['[0]', undefined],
  ['', undefined],
])('path %j', (text, path) => {
  expect(parseValuesPath(text)).toEqual(path);
  if (path !== undefined) expect(formatValuesPath(path)).toBe(text);
});

test.each([
  ['a string', 'image', { image: 'old:1' }, { image: ref }],
  ['an empty string', 'image', { image: '' }, { image: ref }],
  ['an empty value', 'image', { image: null }, { image: ref }],
  [
    'a deep string',
    'web.app.image',
    { web: { app: { image: 'x', other: 1 } } },
    { web: { app: { image: ref } } },
  ],
  ['a key with a dot', 'a\\.b', { 'a.b': 'x' }, { 'a.b': ref }],
  [
    'repository and tag',
    'image',
    { image: { repository: 'r', tag: '', pullPolicy: 'Always' } },
    { image: { repository: 'ghcr.io/acme/shop', tag: `1.2.3@${digest}` } },
  ],
  [
    'repository, tag and digest',
    'image',
    { image: { repository: 'r', tag: '', digest: '' } },
    { image: { repository: 'ghcr.io/acme/shop', tag: '1.2.3', digest } },
  ],
  [
    'all four',
    'image',
    { image: { registry: 'r', repository: 'r', tag: '', digest: '' } },
    { image: { registry: 'ghcr.io', repository: 'acme/shop', tag: '1.2.3', digest } },
  ],
  ['a repository alone', 'image', { image: { repository: 'r' } }, { image: { repository: ref } }],
  ['a tag alone', 'image', { image: { tag: '1' } }, { image: { tag: `1.2.3@${digest}` } }],
  [
    'an element of a list',
    'jobs[1].image',
    {
      jobs: [
        { name: 'a', image: 'x' },
        { name: 'b', image: { repository: 'r', tag: 't', pull: 'Always' } },
      ],
    },
    {
      jobs: [
        { name: 'a', image: 'x' },
        { name: 'b', image: { repository: 'ghcr.io/acme/shop', tag: `1.2.3@${digest}`, pull: 'Always' } },
      ],
    },
  ],
])('an image goes to %s', (_, path, values, overlay) => {
  expect(place([`${path}=${ref}`], values)).toEqual({ overlay, faults: [] });
});

test('two images in one list both arrive', () => {
  const values = { jobs: [{ image: 'x' }, { image: 'y' }] };
  expect(place([`jobs[0].image=${ref}`, `jobs[1].image=ghcr.io/acme/b@${digest}`], values).overlay).toEqual({
    jobs: [{ image: ref }, { image: `ghcr.io/acme/b@${digest}` }],
  });
});

test('a digest without a tag leaves the tag of a map with a digest key alone', () => {
  const values = { image: { repository: 'r', tag: 't', digest: '' } };
  expect(place([`image=ghcr.io/acme/shop@${digest}`], values).overlay).toEqual({
    image: { repository: 'ghcr.io/acme/shop', digest },
  });
});

test('a name without registry is written as it was given', () => {
  const values = { image: { repository: 'r', tag: 't' } };
  expect(place([`image=nginx:1@${digest}`], values).overlay).toEqual({
    image: { repository: 'nginx', tag: `1@${digest}` },
  });
});

test.each([
  ['image', {}, /nothing stands there: the chart has no values/],
  ['web.imge', { web: { image: 'x', replicas: 2 } }, /web has image, replicas \(did you mean web\.image\?\)/],
  ['wbe.image', { web: { image: 'x' } }, /the chart has web \(did you mean web\.image\?\)/],
  ['values.image', { image: 'x' }, /did you mean image\?/],
  ['jobs[4].image', { jobs: [{}] }, /jobs is a list of 1/],
  ['image.tag.x', { image: { tag: 'x' } }, /image\.tag is a string/],
  ['image', { image: 7 }, /7 stands there/],
  ['image', { image: ['x'] }, /a list of 1 stands there; name an element/],
  [
    'image',
    { image: { name: 'x' } },
    /without registry, repository, tag or digest stands there; it has name/,
  ],
  ['image.constructor', { image: {} }, /nothing stands there/],
])('%s in %j is a fault that says what is there', (path, values, problem) => {
  const { faults } = place([`${path}=${ref}`], values);
  expect(faults).toEqual([
    expect.objectContaining({ input: 'images', problem: expect.stringMatching(problem) }),
  ]);
});

test('a map with a tag and no digest key needs a tag', () => {
  const { faults } = place([`image=ghcr.io/acme/shop@${digest}`], { image: { repository: 'r', tag: 't' } });
  expect(faults[0]?.problem).toMatch(/write the tag too/);
});

test.each([
  ['image', /write values\.path=/],
  ['image=ghcr.io/acme/shop:1', /give the digest too/],
  ['image=UPPER/case@sha256:1', /no image reference/],
  [`a..b=${ref}`, /no path into values/],
])('the line %j is a fault', (line, problem) => {
  expect(parsePlacements([line]).faults).toEqual([
    { input: 'images', value: line, problem: expect.stringMatching(problem) },
  ]);
});

test('placing twice at one place, or inside it, is a fault', () => {
  expect(parsePlacements([`image=${ref}`, `image=${ref}`]).faults).toHaveLength(1);
  expect(parsePlacements([`image=${ref}`, `image.tag=${ref}`]).faults).toHaveLength(1);
});
