import { expect, test } from '@jest/globals';
import { missingPrivileges } from '../../../lib/adapters/mysql/privileges.ts';
import type { Version } from '../../../lib/domain/database/versions.ts';

const maria: Version = { engine: 'mariadb', major: 10, minor: 11, text: '10.11' };
const mysql: Version = { engine: 'mysql', major: 8, minor: 0, text: '8.0' };
const usage = "GRANT USAGE ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*1'";
const proc = 'SELECT ON `mysql`.`proc`, for procedures and functions';

test.each<[string, Version, string[], string[]]>([
  ['root', maria, ['GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION'], []],
  ['the owner', maria, [usage, 'GRANT ALL PRIVILEGES ON `my_shop`.* TO `a`@`%`'], []],
  ['a pattern', maria, [usage, 'GRANT ALL PRIVILEGES ON `my\\_sh%`.* TO `a`@`%`'], []],
  [
    'another pattern',
    maria,
    [usage, 'GRANT ALL PRIVILEGES ON `my\\_x%`.* TO `a`@`%`'],
    ['SELECT, TRIGGER, EVENT ON `my_shop`.*', proc],
  ],
  [
    'a backup user of the whole server',
    maria,
    ['GRANT SELECT, LOCK TABLES, SHOW VIEW, EVENT, TRIGGER ON *.* TO `a`@`%`'],
    [],
  ],
  [
    'one table',
    maria,
    [usage, 'GRANT SELECT ON `my_shop`.`orders` TO `a`@`%`'],
    ['SELECT, TRIGGER, EVENT ON `my_shop`.*', proc],
  ],
  [
    'no triggers',
    maria,
    [usage, 'GRANT SELECT, EVENT, EXECUTE ON `my_shop`.* TO `a`@`%`'],
    ['TRIGGER ON `my_shop`.*'],
  ],
  ['no routines', maria, [usage, 'GRANT SELECT, EVENT, TRIGGER ON `my_shop`.* TO `a`@`%`'], [proc]],
  [
    'the routine books',
    maria,
    ['GRANT SELECT, EVENT, TRIGGER ON `my_shop`.* TO `a`@`%`', 'GRANT SELECT ON `mysql`.`proc` TO `a`@`%`'],
    [],
  ],
  [
    'MySQL without SHOW_ROUTINE',
    mysql,
    ['GRANT SELECT, EVENT, TRIGGER ON `my_shop`.* TO `a`@`%`'],
    ['SHOW_ROUTINE ON *.*, for procedures and functions'],
  ],
  [
    'MySQL with it',
    mysql,
    ['GRANT SHOW_ROUTINE ON *.* TO `a`@`%`', 'GRANT SELECT, EVENT, TRIGGER ON `my_shop`.* TO `a`@`%`'],
    [],
  ],
  [
    'only a role',
    maria,
    ['GRANT `reader` TO `a`@`%`', usage, 'GRANT SELECT, EVENT, TRIGGER, EXECUTE ON `my_shop`.* TO `reader`'],
    [],
  ],
])('%s', (_, server, lines, missing) => {
  expect(missingPrivileges(lines, 'my_shop', server)).toEqual(missing);
});
