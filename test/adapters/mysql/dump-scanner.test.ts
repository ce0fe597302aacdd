import { expect, test } from '@jest/globals';
import { DumpScanner } from '../../../lib/adapters/mysql/dump-scanner.ts';
import { MalformedDump } from '../../../lib/adapters/mysql/malformed-dump.ts';
import { hashOf } from '../../../lib/adapters/mysql/row-scanner.ts';
import { chance, dumpOf, head, inChunks, madeUpTables } from './dumps.ts';
import type { Tables } from './dumps.ts';

function scan(chunks: Iterable<Uint8Array>): DumpScanner {
  const scanner = new DumpScanner();
  for (const chunk of chunks) scanner.push(chunk);
  scanner.end();
  return scanner;
}
const read = (text: string): DumpScanner => scan([Buffer.from(text)]);

const told = ({ tallies }: DumpScanner): Record<string, string> =>
  Object.fromEntries([...tallies].map(([name, tally]) => [name, `${tally.rows} ${hashOf(tally)}`] as const));

/** Of the rows themselves, each in an INSERT of its own, without a dump around them. */
const expected = (tables: Tables): Record<string, string> =>
  told(
    read(
      `${[...tables].flatMap(([name, rows]) => rows.map((row) => `INSERT INTO \`${name.replaceAll('`', '``')}\` VALUES (${row});\n`)).join('')}\n-- Dump completed\n`,
    ),
  );

test('whatever the rows, the chunks and the groups: each row is counted once, and its hash is its own', () => {
  for (let seed = 1; seed <= 400; seed++) {
    const random = chance(seed);
    const tables = madeUpTables(random);
    const bytes = Buffer.from(dumpOf(tables, random));
    const scanner = scan(inChunks(bytes, random, seed % 3 === 0 ? 1 : 200));
    const counts = [...tables].map(([name, rows]) => [name, rows.length] as const);
    for (const [name, rows] of counts)
      expect([seed, name, scanner.tallies.get(name)?.rows ?? 0]).toEqual([seed, name, rows]);
    expect([seed, told(scanner)]).toEqual([seed, expected(tables)]);
    expect([...scanner.created]).toEqual([...tables.keys()]);
  }
});

test('rows in another order hash the same; one changed byte, one row twice, two that exchanged a value do not', () => {
  const of = (...rows: string[]): string =>
    told(read(`INSERT INTO \`t\` VALUES ${rows.map((row) => `(${row})`).join(',')};\n-- Dump completed`))[
      't'
    ] ?? '';
  const [first, second] = ["1,'ab'", "2,'cd'"];
  expect(of(first, second)).toBe(of(second, first));
  const others = [
    of(first, "2,'ce'"),
    of(first, first),
    of("1,'cd'", "2,'ab'"),
    of(first, "2,'dc'"),
    of(first, "'2','cd'"),
    of("1,'a", "b'),(2,'cd'"),
  ];
  expect(new Set([of(first, second), ...others]).size).toBe(1 + others.length);
});

test('hashes of ten thousand small rows are all different', () => {
  const hashes = Array.from(
    { length: 10_000 },
    (_, n) => told(read(`INSERT INTO \`t\` VALUES (${n});\n-- Dump completed`))['t'],
  );
  expect(new Set(hashes).size).toBe(10_000);
});

test('a dump that is cut anywhere is told, and so is one that goes on', () => {
  const random = chance(7);
  const text = dumpOf(madeUpTables(random), random);
  const last = text.lastIndexOf('-- Dump completed');
  for (let end = 0; end < last + '-- Dump completed'.length; end += 1 + Math.floor(random() * 7))
    expect(() => read(text.slice(0, end))).toThrow(MalformedDump);
  expect(() => read(text)).not.toThrow();
  expect(() => read(`${text}SELECT`)).toThrow('in the middle of a statement');
  expect(() => read(`${text}-- and more\n`)).toThrow('does not end with');
});

test('a footer that is only a value is none', () => {
  expect(() => read("INSERT INTO `t` VALUES ('\n-- Dump completed on 2026-11-26\n")).toThrow(MalformedDump);
  expect(() => read("SELECT 1; SELECT '\n-- Dump completed\n")).toThrow(MalformedDump);
});

test('what stands between rows and is no row is told', () => {
  for (const rows of ['(1) (2)', '(1),,(2)', '(1),SELECT', 'NULL', '(1)x'])
    expect(() => read(`INSERT INTO \`t\` VALUES ${rows};\n-- Dump completed`)).toThrow(
      /stands where a row should/,
    );
});

test('INSERT IGNORE and REPLACE bring rows, too; two passes make one dump', () => {
  const scanner = read(
    `${head}CREATE TABLE \`left\` (a int);\n-- Dump completed\n${head}CREATE TABLE \`t\` (a int);
INSERT  IGNORE INTO \`t\` VALUES (1),(2);\nREPLACE INTO \`t\` VALUES (3);\n-- Dump completed\n`,
  );
  expect(scanner.tallies.get('t')?.rows).toBe(3);
  expect([...scanner.created]).toEqual(['left', 't']);
});

test('a row of some megabytes, in chunks as a pipe gives them', () => {
  const row = `1,'${String.raw`\\ \' ),(`.repeat(400_000)}'`;
  const bytes = Buffer.from(`INSERT INTO \`t\` VALUES (${row}),(${row});\n-- Dump completed`);
  const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, n) =>
    bytes.subarray(n * 65_536, (n + 1) * 65_536),
  );
  expect(scan(chunks).tallies.get('t')?.rows).toBe(2);
});

test('every byte is handed on, in order', () => {
  const random = chance(11);
  const bytes = Buffer.from(dumpOf(madeUpTables(random), random));
  const parts: Buffer[] = [];
  const keep = (part: Uint8Array): unknown => parts.push(Buffer.from(part));
  const scanner = new DumpScanner({ statement: keep, rows: keep });
  for (const chunk of inChunks(bytes, random, 50)) scanner.push(chunk);
  scanner.end();
  expect(Buffer.concat(parts).equals(bytes)).toBe(true);
});
