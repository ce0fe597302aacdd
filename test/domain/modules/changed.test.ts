import { expect, test } from '@jest/globals';
import { filterOf } from '../../../lib/domain/environments/filter-pattern.ts';
import { affectedModules, modulesFor } from '../../../lib/domain/modules/changed.ts';
import { circleIn, inOrder } from '../../../lib/domain/modules/order.ts';
import type { Module } from '../../../lib/domain/modules/types.ts';

const module = (name: string, dependsOn: readonly string[] = [], ...paths: readonly string[]): Module => ({
  name,
  paths: filterOf(paths.length === 0 ? [`${name}/**`] : paths, 'path'),
  dependsOn,
});

/** shop → cart → shared, stock → shared; docs alone. As a file may have them: dependants first. */
const modules = [
  module('shop', ['cart']),
  module('cart', ['shared'], 'services/cart/**', '!**/*.md'),
  module('stock', ['shared']),
  module('shared'),
  module('docs'),
];

test.each([
  ['nothing', [], [], []],
  ['one that nobody needs', ['docs/a.md'], ['docs: docs/a.md'], []],
  ['one in the middle', ['services/cart/x.ts'], ['cart: services/cart/x.ts', 'shop: depends on cart'], []],
  [
    'the one that all need',
    ['shared/x.ts'],
    ['shared: shared/x.ts', 'cart: depends on shared', 'shop: depends on cart', 'stock: depends on shared'],
    [],
  ],
  [
    'a file of its own says more than a dependency',
    ['shared/x.ts', 'stock/y.ts'],
    ['shared: shared/x.ts', 'cart: depends on shared', 'shop: depends on cart', 'stock: stock/y.ts'],
    [],
  ],
  ['what is taken away', ['services/cart/README.md'], [], ['services/cart/README.md']],
  ['a submodule, which is its folder', ['docs'], ['docs: docs'], []],
  ['what belongs to none', ['go.mod', 'shopping/x'], [], ['go.mod', 'shopping/x']],
])('changed: %s', (_, files, changed, outside) => {
  const affected = affectedModules(modules, files);
  expect(affected.modules.map(({ name, why }) => `${name}: ${why}`)).toEqual(changed);
  expect(affected.outside).toEqual(outside);
});

test('a dependency that did not change is not built', () => {
  expect(affectedModules(modules, ['shop/x']).modules).toEqual([{ name: 'shop', why: 'shop/x' }]);
});

test('each comes after those that it depends on', () => {
  expect(inOrder(modules).map(({ name }) => name)).toEqual(['shared', 'cart', 'shop', 'stock', 'docs']);
  expect(modulesFor(modules, 'asked').map(({ why }) => why)).toEqual(Array(5).fill('asked'));
});

test.each([
  ['none', modules, undefined],
  ['two', [module('a', ['b']), module('b', ['a'])], ['a', 'b', 'a']],
  ['one', [module('a', ['a'])], ['a', 'a']],
  [
    'behind others',
    [module('x', ['a']), module('a', ['b']), module('b', ['c']), module('c', ['a'])],
    ['a', 'b', 'c', 'a'],
  ],
  [
    'a diamond is none',
    [module('a', ['b', 'c']), module('b', ['d']), module('c', ['d']), module('d')],
    undefined,
  ],
  ['someone unknown', [module('a', ['gone'])], undefined],
])('a circle of dependencies: %s', (_, list, circle) => {
  expect(circleIn(list)).toEqual(circle);
});

test('hundreds in a chain, each in its place', () => {
  const chain = Array.from({ length: 256 }, (_, at) => module(`m${at}`, at === 255 ? [] : [`m${at + 1}`]));
  expect(circleIn(chain)).toBeUndefined();
  expect(affectedModules(chain, ['m255/x']).modules).toHaveLength(256);
});
