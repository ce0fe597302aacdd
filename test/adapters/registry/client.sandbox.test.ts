import { expect, test } from '@jest/globals';
import { registryClient } from '../../../lib/adapters/registry/client.ts';
import { parseImageRef } from '../../../lib/domain/image-ref.ts';
import type { ImageRef } from '../../../lib/domain/image-ref.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { sandboxEnv } from '../../../sandbox/client.ts';
import { pushServiceImage } from '../../../sandbox/service/image.ts';

const { registry } = sandboxEnv();
const client = registryClient({ proxy: {}, clock: systemClock });
const absentDigest = `sha256:${'0'.repeat(64)}`;

test('an image in the real registry: there by tag and digest, with its config', async () => {
  const pushed = await pushServiceImage({ registry, repository: 'house/plain', version: 'v1' });
  const pinned = parseImageRef(pushed.pinned) as ImageRef;

  expect(await client.exists(pinned, {})).toBe('found');
  expect(await client.resolve(parseImageRef(pushed.ref) as ImageRef, {})).toEqual({
    kind: 'found',
    image: { digest: pushed.digest, platforms: [], configs: [pushed.configDigest] },
  });
});

test('an index in the real registry: its platforms and their configs', async () => {
  const pushed = await pushServiceImage({ registry, repository: 'house/index', version: 'v1', index: true });
  const resolution = await client.resolve(parseImageRef(pushed.pinned) as ImageRef, {});
  expect(resolution).toMatchObject({ kind: 'found', image: { digest: pushed.digest } });
  if (resolution.kind !== 'found') return;
  expect(resolution.image.platforms).toHaveLength(2);
  expect(resolution.image.platforms.map(({ digest }) => digest)).toContain(pushed.manifestDigest);
  expect(resolution.image.configs).toContain(pushed.configDigest);
});

test.each([
  ['house/plain', { tag: 'v2' }],
  ['house/plain', { tag: 'v1', digest: absentDigest }],
  ['house/never-pushed', { tag: 'v1' }],
])('%s %j is absent', async (repository, reference) => {
  await pushServiceImage({ registry, repository: 'house/plain', version: 'v1' });
  expect(await client.exists({ registry, repository, ...reference }, {})).toBe('absent');
  expect(await client.resolve({ registry, repository, ...reference }, {})).toEqual({ kind: 'absent' });
});
