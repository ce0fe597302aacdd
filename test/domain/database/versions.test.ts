import { expect, test } from '@jest/globals';
import type { Engine } from '../../../lib/domain/database/locator.ts';
import {
  dumpProblem,
  readProblem,
  readVersion,
  restoreProblem,
} from '../../../lib/domain/database/versions.ts';
import type { Version } from '../../../lib/domain/database/versions.ts';

const v = (engine: Engine, text: string): Version => {
  const version = readVersion(engine, text);
  if (version === undefined) throw new Error(`no version: ${text}`);
  return version;
};

test.each<[Engine, string, Engine, number, number]>([
  ['postgresql', '15.18 (Debian 15.18-0+deb12u1)', 'postgresql', 15, 18],
  ['postgresql', 'pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)', 'postgresql', 15, 18],
  ['postgresql', 'pg_dump (PostgreSQL) 9.6.24', 'postgresql', 9, 6],
  ['postgresql', '18beta1', 'postgresql', 18, 0],
  ['mariadb', '10.11.19-MariaDB-0+deb12u1', 'mariadb', 10, 11],
  ['mariadb', '5.5.5-10.3.39-MariaDB', 'mariadb', 10, 3],
  [
    'mariadb',
    'mysqldump  Ver 10.19 Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)',
    'mariadb',
    10,
    11,
  ],
  ['mariadb', 'mariadb-dump from 11.4.2-MariaDB, client 10.19 for Linux (x86_64)', 'mariadb', 11, 4],
  ['mysql', 'mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)', 'mysql', 8, 0],
  ['mariadb', '8.4.0', 'mysql', 8, 4],
])('%s: %s', (engine, text, said, major, minor) => {
  expect(readVersion(engine, text)).toEqual({ engine: said, major, minor, text });
});

test('what says no version has none', () => {
  expect(readVersion('postgresql', 'pg_dump: command not found')).toBeUndefined();
});

test.each<[Version, Version, RegExp | undefined]>([
  [v('postgresql', '15.2'), v('postgresql', '15.18'), undefined],
  [v('postgresql', '17.0'), v('postgresql', '15.18'), undefined],
  [v('postgresql', '15.18'), v('postgresql', '16.0'), /PostgreSQL 15.18 is older than PostgreSQL 16.0/],
  [v('mariadb', '10.11.1-MariaDB'), v('mariadb', '10.11.9-MariaDB'), undefined],
  [v('mariadb', '10.6.1-MariaDB'), v('mariadb', '10.11.9-MariaDB'), /older/],
  [v('mysql', '5.7.44'), v('mysql', '8.0.36'), /older/],
  [v('mariadb', '10.11.1-MariaDB'), v('mysql', '8.0.36'), undefined],
  [v('mysql', '8.0.36'), v('mariadb', '10.11.1-MariaDB'), /leaves out what MySQL does not have/],
  [v('postgresql', '15.18'), v('mysql', '8.0.36'), /another engine/],
])('dumping with $text', (tool, server, problem) => {
  const said = dumpProblem(tool, server);
  if (problem === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(problem);
});

test('a dump goes into its own major version or a newer one', () => {
  const dump = { tool: v('postgresql', '17.1'), source: v('postgresql', '15.18') };
  expect(restoreProblem(dump, v('postgresql', '15.2'))).toBeUndefined();
  expect(restoreProblem(dump, v('postgresql', '16.0'))).toBeUndefined();
  expect(restoreProblem(dump, v('postgresql', '14.9'))).toMatch(/newer than PostgreSQL 14.9 can read/);
  expect(restoreProblem(dump, v('mariadb', '10.11.1-MariaDB'))).toMatch(/this is MariaDB/);
});

test('a dump is read by a tool as new as the one that wrote it', () => {
  expect(readProblem(v('postgresql', '15.18'), v('postgresql', '15.14'))).toBeUndefined();
  expect(readProblem(v('postgresql', '16.0'), v('postgresql', '15.14'))).toBeUndefined();
  expect(readProblem(v('postgresql', '15.13'), v('postgresql', '15.14'))).toMatch(/older than what wrote/);
  expect(readProblem(v('mariadb', '10.11.8-MariaDB'), v('mariadb', '10.11.8-MariaDB'))).toBeUndefined();
  expect(readProblem(v('mariadb', '11.4.0-MariaDB'), v('mariadb', '10.11.8-MariaDB'))).toBeUndefined();
  expect(readProblem(v('mariadb', '10.11.7-MariaDB'), v('mariadb', '10.11.8-MariaDB'))).toBe(
    'MariaDB 10.11.7 is older than what wrote the dump, MariaDB 10.11.8',
  );
});
