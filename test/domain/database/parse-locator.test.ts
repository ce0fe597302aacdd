import { expect, test } from '@jest/globals';
import type { Fault } from '../../../lib/domain/errors.ts';
import { describeLocator } from '../../../lib/domain/database/locator.ts';
import type { Locator } from '../../../lib/domain/database/locator.ts';
import { parseLocator } from '../../../lib/domain/database/parse-locator.ts';

function read(text: string): { locator: Locator; faults: Fault[] } {
  const faults: Fault[] = [];
  return { locator: parseLocator(text, 'database', faults), faults };
}

const key = '-----BEGIN OPENSSH PRIVATE KEY-----\\nx\\n-----END OPENSSH PRIVATE KEY-----';
const ssh = `{ host: db.example, user: ops, key: "${key}", known-hosts: "db.example ssh-ed25519 AAAA" }`;

test.each<[string, string, object, string]>([
  [
    'a URL, its password percent-encoded',
    'engine: postgresql\nurl: postgresql://shop:p%40ss@db.example:6432/shop?sslmode=verify-full&sslrootcert=system',
    {
      engine: 'postgresql',
      place: {
        kind: 'url',
        host: 'db.example',
        port: 6432,
        sslMode: 'verify-full',
        sslRootCert: 'system',
      },
      database: 'shop',
      user: 'shop',
      password: 'p@ss',
    },
    'postgresql database shop on db.example:6432',
  ],
  [
    'a URL with what it leaves out beside it',
    'engine: postgresql\nurl: postgres://db.example\ndatabase: shop\nuser: shop\npassword: a b',
    {
      engine: 'postgresql',
      place: { kind: 'url', host: 'db.example', port: 5432, sslMode: 'prefer' },
      database: 'shop',
      user: 'shop',
      password: 'a b',
    },
    'postgresql database shop on db.example:5432',
  ],
  [
    'a socket',
    'engine: postgresql\nurl: postgresql:///shop?host=/run/postgresql',
    {
      engine: 'postgresql',
      place: { kind: 'url', host: '/run/postgresql', port: 5432, sslMode: 'prefer' },
      database: 'shop',
    },
    'postgresql database shop behind /run/postgresql',
  ],
  [
    'an IPv6 address',
    'engine: mariadb\nurl: mysql://root@[::1]/shop',
    {
      engine: 'mariadb',
      place: { kind: 'url', host: '::1', port: 3306, sslMode: 'prefer' },
      database: 'shop',
      user: 'root',
    },
    'mariadb database shop on ::1:3306',
  ],
  [
    'a container here',
    'engine: mysql\ndocker: { container: shop-db-1 }\ndatabase: shop',
    { engine: 'mysql', place: { kind: 'docker', container: 'shop-db-1' }, database: 'shop' },
    'mysql database shop in container shop-db-1',
  ],
  [
    'a container on another host',
    `engine: postgresql\ndocker: { container: db, ssh: ${ssh} }\ndatabase: shop`,
    {
      engine: 'postgresql',
      place: {
        kind: 'docker',
        container: 'db',
        over: {
          host: 'db.example',
          port: 22,
          user: 'ops',
          key: key.replaceAll('\\n', '\n'),
          knownHosts: 'db.example ssh-ed25519 AAAA',
        },
      },
      database: 'shop',
    },
    'postgresql database shop in container db on db.example',
  ],
  [
    'a pod by its labels',
    'engine: postgresql\nkubernetes: { namespace: db, selector: "app=pg,role!=replica", container: main }\ndatabase: shop',
    {
      engine: 'postgresql',
      place: {
        kind: 'kubernetes',
        namespace: 'db',
        pod: { selector: 'app=pg,role!=replica' },
        container: 'main',
      },
      database: 'shop',
    },
    'postgresql database shop in the pod of db with app=pg,role!=replica',
  ],
  [
    'a pod by its name',
    'engine: postgresql\nkubernetes: { namespace: db, pod: pg-0 }\ndatabase: 2024',
    {
      engine: 'postgresql',
      place: { kind: 'kubernetes', namespace: 'db', pod: { name: 'pg-0' } },
      database: '2024',
    },
    'postgresql database 2024 in pod db/pg-0',
  ],
])('%s', (_, text, expected, described) => {
  const { locator, faults } = read(text);
  expect(faults).toEqual([]);
  expect(locator).toEqual(expected);
  expect(describeLocator(locator)).toBe(described);
});

const at = 'engine: postgresql\ndocker: { container: db }\ndatabase: ';
test.each<[string, string, [input: string, problem: RegExp, value?: string][]]>([
  ['nothing at all', '', [['database', /cannot be read/]]],
  ['not YAML', 'engine: [', [['database', /cannot be read at line 1/]]],
  [
    'an empty map',
    '{}',
    [
      ['database.engine', /is required: postgresql, mysql, mariadb/],
      ['database.url', /say once where/, 'no place'],
      ['database.database', /is required/],
    ],
  ],
  [
    'an unknown engine',
    'engine: oracle\ndocker: { container: db }\ndatabase: a',
    [['database.engine', /must be one of postgresql/]],
  ],
  [
    'both url and kubernetes, and what is wrong with each',
    'engine: postgresql\nurl: postgresql://h/a?sslmode=maybe\nkubernetes: { namespace: DB, pod: p, selector: a=b }',
    [
      ['database.url', /sslmode must be one of disable, allow, prefer/, '"maybe"'],
      ['database.url', /say once where/, 'url and kubernetes given'],
      ['database.kubernetes.namespace', /namespace/, '"DB"'],
      ['database.kubernetes.pod', /one of them/, 'both given'],
    ],
  ],
  ['a database that looks like an option', `${at}"--help"`, [['database.database', /looks like an option/]]],
  ['one that is a connection string', `${at}"a host=evil"`, [['database.database', /connection string/]]],
  ['one that is a URL', `${at}"postgres://h/a"`, [['database.database', /connection string/]]],
  ['one with a line end', `${at}"a\\nb"`, [['database.database', /control character/]]],
  [
    'one whose name the server would cut',
    `${at}${'ä'.repeat(32)}`,
    [['database.database', /longer than 63/]],
  ],
  [
    'a container that looks like an option',
    'engine: mysql\ndocker: { container: "--privileged" }\ndatabase: a',
    [['database.docker.container', /name or id/]],
  ],
  [
    'ssh without known hosts, and a host that is an option',
    'engine: mysql\nssh: { host: -oProxyCommand=x, user: a, key: nothing }\ndatabase: a',
    [
      ['database.ssh.key', /private key/],
      ['database.ssh.known-hosts', /is required/],
      ['database.ssh.host', /host name/, '"-oProxyCommand=x"'],
    ],
  ],
  [
    'a jump host that is an option',
    `engine: mysql\nssh: ${ssh.replace(' }', ', jump: { host: "-J", user: a } }')}\ndatabase: a`,
    [['database.ssh.jump.host', /host name/]],
  ],
  [
    'another scheme',
    'engine: postgresql\nurl: mysql://h/a',
    [['database.url', /begin with postgresql:/, 'mysql:']],
  ],
  [
    'two hosts',
    'engine: postgresql\nurl: postgresql://h1,h2/a',
    [['database.url', /one host/, 'several hosts']],
  ],
  [
    'a parameter that would be lost',
    'engine: postgresql\nurl: postgresql://h/a?options=-c%20x',
    [['database.url', /knows the parameters/, 'options']],
  ],
  ['no host', 'engine: postgresql\nurl: postgresql:///a', [['database.url', /names no host/]]],
  [
    'twice a user',
    'engine: postgresql\nurl: postgresql://u@h/a\nuser: v',
    [['database.user', /say it once/]],
  ],
  ['a user that is an option', `${at}a\nuser: "-U"`, [['database.user', /looks like an option/]]],
  ['a password of two lines', `${at}a\npassword: "a\\nb"`, [['database.password', /one line/]]],
  ['a misspelt key', `${at}a\npasword: x`, [['database.pasword', /did you mean password/, 'unknown key']]],
])('%s is refused', (_, text, expected) => {
  const { faults } = read(text);
  expect(faults.map(({ input }) => input)).toEqual(expected.map(([input]) => input));
  for (const [i, [, problem, value]] of expected.entries()) {
    expect(faults[i]?.problem).toMatch(problem);
    if (value !== undefined) expect(faults[i]?.value).toBe(value);
  }
});

test('no fault quotes a secret', () => {
  const { faults } = read(
    'engine: postgresql\nurl: postgresql://u:s3cret@h:port/a\npassword: "s3cret\\nx"\nssh: { key: s3cret }',
  );
  expect(faults.length).toBeGreaterThan(3);
  expect(JSON.stringify(faults)).not.toContain('s3cret');
});
