import { expect, test } from '@jest/globals';
import type { Changes } from '../../../lib/domain/gate/changes.ts';
import { migrationsAmong, staysApplied } from '../../../lib/domain/gate/migrations.ts';

const declared = {
  undo: 'manual' as const,
  paths: { patterns: ['db/**'], matches: (path: string) => path.startsWith('db/') },
};

const changes = (of: Partial<Changes>): { known: Changes } => ({
  known: { commits: [], files: [], cut: { commits: false, files: false }, relation: 'ahead', ...of },
});

const cut = { commits: false, files: true };

test.each<[string, Parameters<typeof migrationsAmong>[1], object, boolean]>([
  ['nothing runs there', undefined, { unknown: expect.stringContaining('nothing runs there') }, true],
  ['GitHub did not say', { unknown: '403' }, { unknown: '403' }, true],
  ['nothing to compare', { known: undefined }, { unknown: expect.stringContaining('compared') }, true],
  ['none', changes({ files: ['a.ts'] }), { known: { paths: [], cut: false } }, false],
  ['one', changes({ files: ['a.ts', 'db/7.sql'] }), { known: { paths: ['db/7.sql'], cut: false } }, true],
  ['none in a list that was cut', changes({ files: ['a.ts'], cut }), { unknown: expect.any(String) }, true],
  ['one in a list that was cut', changes({ files: ['db/7.sql'], cut }), { known: { cut: true } }, true],
])('%s', (_what, learnt, files, stays) => {
  const brought = migrationsAmong(declared, learnt);

  expect(brought).toMatchObject({ undo: 'manual', files });
  expect(staysApplied(brought)).toBe(stays);
  expect(staysApplied({ ...brought, undo: 'automatic' })).toBe(false);
});

test.each([
  ['behind', true],
  ['diverged', true],
  ['ahead', false],
  ['identical', false],
] as const)('%s: migrations of what runs there stay: %s', (relation, leavesLaterOnes) => {
  expect(migrationsAmong(declared, changes({ relation }))).toMatchObject({ leavesLaterOnes });
});
