import { expect, test } from '@jest/globals';
import { readGlobals } from '../../../lib/adapters/postgresql/globals-sql.ts';

test('what pg_dumpall writes, statement by statement', () => {
  const text = `--
-- PostgreSQL database cluster dump
--

\\restrict aB3dEf

SET client_encoding = 'UTF8';
CREATE ROLE "a ""b; DROP ROLE x --";
ALTER ROLE clerk WITH NOSUPERUSER LOGIN PASSWORD 'SCRAM-SHA-256$4096:a+/=$b:c';
COMMENT ON ROLE clerk IS 'it''s; a
comment \\! rm';
ALTER ROLE clerk SET "DateStyle" TO E'a\\'b;';
-- User Config "clerk"
GRANT readers TO clerk WITH ADMIN OPTION GRANTED BY postgres;
GRANT SET ON PARAMETER work_mem TO clerk;
CREATE TABLESPACE fast OWNER clerk LOCATION '/mnt/fast';
ALTER TABLESPACE fast SET (random_page_cost=1.1);
GRANT ALL ON TABLESPACE fast TO clerk;

\\unrestrict aB3dEf
`;
  expect(readGlobals(text)?.map(({ about, name, sql }) => [about, name, sql])).toEqual([
    ['settings', '', `SET client_encoding = 'UTF8'`],
    ['role', 'a "b; DROP ROLE x --', 'CREATE ROLE "a ""b; DROP ROLE x --"'],
    ['role', 'clerk', `ALTER ROLE clerk WITH NOSUPERUSER LOGIN PASSWORD 'SCRAM-SHA-256$4096:a+/=$b:c'`],
    ['role', 'clerk', `COMMENT ON ROLE clerk IS 'it''s; a\ncomment \\! rm'`],
    ['role', 'clerk', `ALTER ROLE clerk SET "DateStyle" TO E'a\\'b;'`],
    ['grant', '', 'GRANT readers TO clerk WITH ADMIN OPTION'],
    ['grant', '', 'GRANT SET ON PARAMETER work_mem TO clerk'],
    ['tablespace', 'fast', `CREATE TABLESPACE fast OWNER clerk LOCATION '/mnt/fast'`],
    ['tablespace', 'fast', 'ALTER TABLESPACE fast SET (random_page_cost=1.1)'],
    ['tablespace grant', 'fast', 'GRANT ALL ON TABLESPACE fast TO clerk'],
  ]);
});

test.each([
  ['a command of psql', 'CREATE ROLE a;\n\\! touch /tmp/x\n'],
  ['one behind a statement', 'CREATE ROLE a; \\copy x from program y\n'],
  ['one that begins as a good one', '\\restrict a; \\! x\n'],
  ['a statement that is not whole', 'CREATE ROLE a;\nALTER ROLE a WITH'],
  ['a text that is not whole', `ALTER ROLE a WITH PASSWORD 'x;\n`],
  ['a body of code', 'DO $$ BEGIN END $$;'],
])('%s is refused', (_, text) => {
  expect(readGlobals(text)).toBeUndefined();
});
