import { expect, test } from '@jest/globals';
import { Unfinished } from '../../lib/steps/unfinished.ts';

interface Left {
  readonly holder: string;
  readonly begun?: { readonly seq: number; readonly unknown?: boolean };
}

test('post is told of every change, and what is over stays over', () => {
  const told: (Left | undefined)[] = [];
  const unfinished = new Unfinished<Left>({ holder: 'me' }, (left) => told.push(left));
  unfinished.note({ unknown: true });
  expect([unfinished.hasBegun, unfinished.isOver]).toEqual([false, false]);
  unfinished.begin({ seq: 2 });
  unfinished.note({ unknown: true });
  expect(unfinished.hasBegun).toBe(true);
  unfinished.onlyLock();
  expect(unfinished.hasBegun).toBe(false);
  unfinished.over();
  unfinished.begin({ seq: 3 });
  unfinished.note({ unknown: true });
  unfinished.onlyLock();
  expect(unfinished.isOver).toBe(true);
  expect(told).toEqual([
    { holder: 'me' },
    { holder: 'me', begun: { seq: 2 } },
    { holder: 'me', begun: { seq: 2, unknown: true } },
    { holder: 'me' },
    undefined,
  ]);
});
