import { expect, test } from '@jest/globals';
import { CreationScanner, reached, readCreation } from '../../../lib/adapters/mysql/creations.ts';
import type { Creation } from '../../../lib/adapters/mysql/creations.ts';
import { TargetError, ToolError } from '../../../lib/domain/errors.ts';
import { head } from './dumps.ts';

/** As the tools of MariaDB 10.3 to 11 and MySQL 5.7 and 8 write them. */
test.each<[string, string | undefined]>([
  ['CREATE TABLE `a ``b``` (\n  `c` int', 'table a `b`'],
  ['/*!50001 CREATE TABLE `v` (\n  `a` tinyint NOT NULL\n) ENGINE=MyISAM */;', 'table v'],
  ['/*!50001 CREATE VIEW `v` AS SELECT\n NULL AS `a` */;', 'view v'],
  [
    '/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`a b`@`%` SQL SECURITY DEFINER */\n/*!50001 VIEW `v` AS select 1 */;',
    'view v',
  ],
  ['CREATE SEQUENCE `numbers` start with 5', 'sequence numbers'],
  ['CREATE DEFINER=`root`@`localhost` PROCEDURE `p`()\nSELECT 1', 'procedure p'],
  ["CREATE DEFINER=`it's`@`%` FUNCTION `f`(a int) RETURNS int", 'function f'],
  ['CREATE DEFINER=`a`@`b` AGGREGATE FUNCTION `f`(a int) RETURNS int', 'function f'],
  ['/*!50003 CREATE*/ /*!50020 DEFINER=`a`@`b`*/ /*!50003 FUNCTION `f`() RETURNS int', 'function f'],
  ['CREATE DEFINER="root"@"localhost" PACKAGE "p k" AS FUNCTION x RETURN int; END', 'package p k'],
  ['CREATE DEFINER="root"@"localhost" PACKAGE BODY "pk" AS', 'package body pk'],
  ['CREATE DEFINER=`a` FUNCTION `f`() RETURNS int', 'function f'],
  [
    '/*!50106 CREATE*/ /*!50117 DEFINER=`a`@`b`*/ /*!50106 EVENT `e` ON SCHEDULE EVERY 1 DAY DO SELECT 1 */ ;;',
    'event e',
  ],
  ['/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER tr BEFORE INSERT ON t', undefined],
  ['INSERT INTO `t` VALUES', undefined],
  ["SET @x = 'CREATE TABLE `t` ('", undefined],
])('%s', (statement, made) => {
  const found = readCreation(statement);
  expect(found === undefined ? undefined : `${found.kind} ${found.name}`).toBe(made);
});

const dump = `${head}CREATE TABLE \`a\` (
  \`x\` text
);
INSERT INTO \`a\` VALUES
('one
two'),
('CREATE TABLE \`no\`
;');
-- what comes
-- now
CREATE TABLE \`b\` (x int);
DELIMITER ;;
CREATE FUNCTION \`f\`() RETURNS int
RETURN 1 ;;
DELIMITER ;
-- Dump completed
`;

test('lines are those that the client counts, whatever the chunks', () => {
  for (const size of [1, 7, 10_000]) {
    const scanner = new CreationScanner();
    const found: Creation[] = [];
    const bytes = Buffer.from(dump);
    for (let at = 0; at < bytes.length; at += size)
      found.push(...scanner.push(bytes.subarray(at, at + size)));
    scanner.end();
    expect(found.map(({ kind, name, behindLine, lastLine }) => [kind, name, behindLine, lastLine])).toEqual([
      ['table', 'a', 1, 4],
      ['table', 'b', 9, 12],
      ['function', 'f', 14, 15],
    ]);
  }
});

const all = ['a', 'b', 'c'].map((name, at) => ({
  kind: 'table',
  name,
  behindLine: at * 10,
  lastLine: at * 10 + 5,
}));
const failing = (...lastLines: string[]): Error =>
  new TargetError(
    'no',
    { subject: 'x', remedy: 'y' },
    { cause: new ToolError('x', { argv: [], exit: 1, lastLines }) },
  );

test.each<[string, Error, string]>([
  [
    'what the client stopped at is somebody else’s',
    failing("ERROR 1050 (42S01) at line 12: Table 'b' already exists"),
    'a',
  ],
  [
    'what failed behind a table leaves it ours',
    failing('--------------', 'ERROR 1062 (23000) at line 16: Duplicate entry'),
    'a b',
  ],
  [
    'a lost connection tells nothing of its last statement',
    failing('ERROR 2013 (HY000) at line 12: Lost connection'),
    'a b',
  ],
  ['no line, no limit', failing('command terminated'), 'a b c'],
  ['not of a tool', new Error('cut'), 'a b c'],
])('%s', (_, failure, names) => {
  expect(
    reached(all, failure)
      .map(({ name }) => name)
      .join(' '),
  ).toBe(names);
});
