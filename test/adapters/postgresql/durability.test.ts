import { expect, test } from '@jest/globals';
import { readDurability } from '../../../lib/adapters/postgresql/durability.ts';
import type { SaidOfDurability } from '../../../lib/adapters/postgresql/durability.ts';
import type { Durability } from '../../../lib/ports/database.ts';

const now = '2026-11-26T02:00:00.000Z';
const earlier = '2026-11-26T01:59:00.000Z';
const primary: SaidOfDurability = {
  now,
  replica: false,
  archiveMode: 'on',
  archived: { newestAt: earlier, failing: false },
  mayCount: true,
  ownLag: null,
  replicas: [],
};

test.each<[string, Partial<SaidOfDurability>, number | undefined, Durability['archive']]>([
  ['archives', {}, undefined, { kind: 'on', newestAt: earlier, failed: 0 }],
  [
    'has archived nothing yet',
    { archived: { newestAt: null, failing: false } },
    undefined,
    { kind: 'on', failed: 0 },
  ],
  [
    'cannot archive what waits',
    { archived: { newestAt: earlier, failing: true } },
    7,
    { kind: 'on', newestAt: earlier, failed: 7 },
  ],
  [
    'cannot, and how much waits may not be counted',
    { archived: { newestAt: null, failing: true } },
    undefined,
    { kind: 'on', failed: 1 },
  ],
  ['archives nothing', { archiveMode: 'off' }, undefined, { kind: 'off' }],
  [
    'is a replica',
    { replica: true },
    undefined,
    { kind: 'unreadable', why: expect.stringContaining('its primary') as unknown as string },
  ],
  [
    'is a replica that archives by itself',
    { replica: true, archiveMode: 'always' },
    undefined,
    { kind: 'on', newestAt: earlier, failed: 0 },
  ],
])('a server that %s', (_, said, waiting, archive) => {
  expect(readDurability({ ...primary, ...said }, waiting).archive).toEqual(archive);
});

test('replicas, and how far a replica is behind itself', () => {
  const replicas = [
    { name: 'a', lag: 1.5 },
    { name: 'b', lag: null },
  ];
  const read = [{ name: 'a', lagSeconds: 1.5 }, { name: 'b' }];
  expect(readDurability({ ...primary, replicas }, undefined)).toMatchObject({ now, replicas: read });
  expect(readDurability({ ...primary, replicas, replica: true, ownLag: 3 }, undefined).replicas).toEqual([
    { name: 'this server', lagSeconds: 3 },
    ...read,
  ]);
});
