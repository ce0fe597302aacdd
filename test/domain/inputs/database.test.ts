import { expect, test } from '@jest/globals';
import { secretsOfLocator } from '../../../lib/domain/database/locator.ts';
import type { ConfigurationError, Fault } from '../../../lib/domain/errors.ts';
import {
  databaseInputNames,
  databaseInstead,
  readDatabase,
  readDatabaseInputs,
} from '../../../lib/domain/inputs/database.ts';
import { InputReader } from '../../../lib/domain/inputs/reader.ts';

const key =
  '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n';
const indented = key.replaceAll('\n', '\n  ');
const ssh = `host: db.example
user: ops
key: |
  ${indented}
known-hosts: db.example ssh-ed25519 AAAA
jump: { host: gate.example, port: 2222, user: ops }`;
const over = {
  host: 'db.example',
  port: 22,
  user: 'ops',
  key,
  knownHosts: 'db.example ssh-ed25519 AAAA',
  jump: { host: 'gate.example', port: 2222, user: 'ops' },
};

function read(given: Record<string, string>): { locator?: object; faults: readonly Fault[] } {
  const reader = new InputReader(given, { known: databaseInputNames, instead: databaseInstead });
  try {
    return { locator: reader.finish(readDatabaseInputs(reader)), faults: [] };
  } catch (error) {
    return { faults: (error as ConfigurationError).faults };
  }
}

const shop = { engine: 'postgresql', database: 'shop' };

test.each<[string, Record<string, string>, object]>([
  [
    'a URL, the password beside it',
    { engine: 'postgresql', url: 'postgresql://shop@db:5433/shop?sslmode=verify-full', password: 'a: b #c' },
    {
      ...shop,
      place: { kind: 'url', host: 'db', port: 5433, sslMode: 'verify-full' },
      user: 'shop',
      password: 'a: b #c',
    },
  ],
  [
    'a pod by its labels; texts are not YAML: the database 2024, the user null',
    {
      engine: 'postgresql',
      kubernetes: 'namespace: db\nselector: app=pg,role=primary\ncontainer: main',
      database: '2024',
      user: 'null',
    },
    {
      ...shop,
      place: {
        kind: 'kubernetes',
        namespace: 'db',
        pod: { selector: 'app=pg,role=primary' },
        container: 'main',
      },
      database: '2024',
      user: 'null',
    },
  ],
  [
    'a container, its name alone',
    { ...shop, docker: 'shop-db-1' },
    { ...shop, place: { kind: 'docker', container: 'shop-db-1' } },
  ],
  [
    'one whose name is a number',
    { ...shop, docker: '4711' },
    { ...shop, place: { kind: 'docker', container: '4711' } },
  ],
  [
    'a container on another host, behind a third',
    { ...shop, docker: `container: db\nssh:\n  ${ssh.replaceAll('\n', '\n  ')}` },
    { ...shop, place: { kind: 'docker', container: 'db', over } },
  ],
  ['another host', { ...shop, ssh }, { ...shop, place: { kind: 'ssh', over } }],
])('%s', (_, given, expected) => {
  expect(read(given)).toEqual({ locator: expected, faults: [] });
});

test.each<[string, Record<string, string>, [input: string, problem: RegExp][]]>([
  [
    'nothing',
    {},
    [
      ['engine', /is required: postgresql, mysql, mariadb/],
      ['url', /say once where/],
      ['database', /is required/],
    ],
  ],
  [
    'an unknown engine, both url and kubernetes, and what is wrong in each',
    {
      engine: 'postgres',
      url: 'postgresql://h/a?sslmode=maybe',
      kubernetes: 'namespace: DB\npod: p\nselector: a=b',
    },
    [
      ['engine', /must be one of postgresql/],
      ['url', /sslmode must be one of/],
      ['url', /say once where/],
      ['kubernetes.namespace', /namespace/],
      ['kubernetes.pod', /one of them/],
    ],
  ],
  [
    'a database that looks like an option',
    { ...shop, docker: 'db', database: '--help' },
    [['database', /option/]],
  ],
  ['a container that looks like one', { ...shop, docker: '--privileged' }, [['docker', /name or id/]]],
  [
    'a key that is none, deep inside',
    { ...shop, docker: 'container: db\nssh: { host: h, user: u, key: s3cret, known-hosts: h x y }' },
    [['docker.ssh.key', /private key/]],
  ],
  ['YAML that is none; that it is a place is still known', { ...shop, ssh: 'host: [' }, [['ssh', /line 1/]]],
  [
    'a list',
    { ...shop, kubernetes: '- db' },
    [
      ['kubernetes', /must be a map/],
      ['kubernetes.namespace', /./],
      ['kubernetes.pod', /./],
    ],
  ],
  ['an empty map of nothing', { ...shop, docker: '~' }, [['docker', /name or id/]]],
  [
    'a misspelt key',
    { ...shop, kubernetes: 'namespace: db\npods: a\npod: b' },
    [['kubernetes.pods', /did you mean pod\?/]],
  ],
  ['what other tools call it', { ...shop, docker: 'db', host: 'db' }, [['host', /use url/]]],
])('%s is refused', (_, given, expected) => {
  const { faults } = read(given);
  expect(faults.map(({ input }) => input)).toEqual(expected.map(([input]) => input));
  for (const [i, [, problem]] of expected.entries()) expect(faults[i]?.problem).toMatch(problem);
});

test('no fault quotes a secret', () => {
  const { faults } = read({
    engine: 'x',
    url: 'postgresql://u:s3cret@h:port/a',
    password: 's3cret\nx',
    ssh: 'key: s3cret\nport: s3cret\n',
    docker: 's3cret: [',
  });
  expect(faults.length).toBeGreaterThan(5);
  expect(JSON.stringify(faults.filter(({ input }) => input !== 'ssh.port'))).not.toContain('s3cret');
});

test('as one YAML map, or not at all', () => {
  const reader = new InputReader(
    { database: 'engine: mariadb\ndocker: db\ndatabase: shop\npassword: "a b"' },
    { known: ['database'] },
  );
  expect(readDatabase(reader)).toEqual({
    engine: 'mariadb',
    place: { kind: 'docker', container: 'db' },
    database: 'shop',
    password: 'a b',
  });
  expect(readDatabase(new InputReader({ database: ' ' }, { known: ['database'] }))).toBeUndefined();
});

test('its secrets, wherever they were written', () => {
  const secrets = (given: Record<string, string>): string[] => {
    const reader = new InputReader(given, { known: databaseInputNames });
    return secretsOfLocator(readDatabaseInputs(reader));
  };
  expect(secrets({ engine: 'postgresql', url: 'postgresql://u:p%40ss@h/a' })).toEqual(['p@ss']);
  expect(secrets({ ...shop, ssh, password: 'a b' })).toEqual(['a b', key]);
  expect(secrets({ ...shop, docker: 'db' })).toEqual([]);
});
