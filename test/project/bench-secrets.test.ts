import { expect, test } from '@jest/globals';
import { goalsOf, hitsIn, tablesOf } from '../../bench/secrets/figures.ts';
import { foundIn } from '../../bench/secrets/forms.ts';
import { plantedSeeds, seedIds } from '../../bench/secrets/seeds.ts';

const secret = 'tulip "7319"/ größe+';
const encoded = (prefix: string): string => Buffer.from(`${prefix}${secret} and more`).toString('base64');

test.each([
  ['raw', `the password is ${secret}.`],
  ['base64', encoded('')],
  ['base64', encoded('abc')],
  ['base64 +1', encoded('a')],
  ['base64 +2', encoded('shop:')],
  ['URL', `https://shop/?password=${encodeURIComponent(secret)}&x`],
  ['URL', new URLSearchParams({ a: secret }).toString()],
  ['JSON', JSON.stringify({ password: secret })],
])('%s is found', (form, text) => {
  expect(foundIn(text, secret)).toEqual([form]);
});

test('a line of a key is found, its armour is not', () => {
  const key = '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqG\n-----END PRIVATE KEY-----\n';
  expect(foundIn('MIGHAgEAMBMGByqG', key)).toEqual(['raw']);
  expect(foundIn('-----BEGIN PRIVATE KEY-----', key)).toEqual([]);
});

test('twenty secrets, the same for the same seed, none part of another', () => {
  const seeds = plantedSeeds(5);
  expect(seedIds).toHaveLength(20);
  expect(plantedSeeds(5)).toEqual(seeds);
  const shown = { log: Object.values(seeds).join('\n') };
  expect(new Set(hitsIn('a', shown, seeds).map(({ seed }) => seed)).size).toBe(20);
  for (const id of seedIds)
    expect(new Set(hitsIn('a', { log: seeds[id] }, seeds).map(({ seed }) => seed))).toEqual(new Set([id]));
});

test('each hit counts, and is named', () => {
  const seeds = plantedSeeds(5);
  const shown = { log: `hook: ${seeds['hook-log']}`, summary: 'nothing' };
  const hits = hitsIn('a deploy', shown, seeds);
  const scenes = [{ scene: 'a deploy', result: 'success', looked: { log: 30, summary: 7 }, hits }];
  expect(goalsOf(scenes)).toEqual([{ id: 'secrets/shown', measured: 1, bound: 0, unit: 'hits' }]);
  expect(tablesOf(scenes).join('\n')).toContain('a deploy: log shows hook-log (raw)');
});
