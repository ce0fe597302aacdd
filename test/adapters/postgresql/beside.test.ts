import { expect, test } from '@jest/globals';
import { createDatabaseSql } from '../../../lib/adapters/postgresql/beside.ts';

const base = { encoding: 'UTF8', tablespace: 'pg_default', datcollate: 'C.UTF-8', datctype: 'C.UTF-8' };
const head = `CREATE DATABASE "a" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'`;

test.each<[string, Parameters<typeof createDatabaseSql>[1], string]>([
  ['12 to 14', base, head],
  ['15, libc', { ...base, datlocprovider: 'c', daticulocale: null }, head],
  [
    '15, ICU',
    { ...base, datlocprovider: 'i', daticulocale: 'de-AT' },
    `${head} LOCALE_PROVIDER icu ICU_LOCALE 'de-AT'`,
  ],
  [
    '16, ICU with rules',
    { ...base, datlocprovider: 'i', daticulocale: 'und', daticurules: "&a < 'b'" },
    `${head} LOCALE_PROVIDER icu ICU_LOCALE 'und' ICU_RULES '&a < ''b'''`,
  ],
  [
    '17, built in',
    { ...base, datlocprovider: 'b', datlocale: 'C.UTF-8', daticurules: null },
    `${head} LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'`,
  ],
  ['a tablespace', { ...base, tablespace: 'Fast "1"' }, `${head} TABLESPACE "Fast ""1"""`],
  ['an owner', { ...base, owner: 'shop' }, head.replace('"a"', '"a" OWNER "shop"')],
])('like one of %s', (_, like, expected) => {
  expect(createDatabaseSql('a', like)).toBe(expected);
});

test('a name may hold anything', () => {
  expect(createDatabaseSql('a"; DROP DATABASE b; --', base)).toContain(
    'DATABASE "a""; DROP DATABASE b; --" ',
  );
});
