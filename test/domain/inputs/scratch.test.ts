import { expect, test } from '@jest/globals';
import type { Place } from '../../../lib/domain/database/locator.ts';
import type { Fault } from '../../../lib/domain/errors.ts';
import { parseScratch } from '../../../lib/domain/inputs/scratch.ts';

const url: Place = { kind: 'url', host: 'db', port: 5432, sslMode: 'require' };
const docker: Place = { kind: 'docker', container: 'shop-db' };
const pod: Place = { kind: 'kubernetes', namespace: 'db', pod: { selector: 'app=postgres' } };
const over = { host: 'db.example', port: 22, user: 'deploy', key: '…', knownHosts: '…' };
const remote: Place = { ...docker, over };

const parsed = (text: string, place?: Place): { place: unknown; faults: readonly Fault[] } => {
  const faults: Fault[] = [];
  const source = { engine: 'postgresql', ...(place === undefined ? {} : { place }) } as const;
  return { place: parseScratch(text, 'scratch', source, faults), faults };
};

test.each<[string, string, Place | undefined, object]>([
  ['nothing, of an address', '', url, { kind: 'local' }],
  ['nothing, of nothing', '', undefined, { kind: 'local' }],
  ['nothing, of a host', ' ', { kind: 'ssh', over }, { kind: 'local' }],
  ['nothing, of a container', '', docker, { kind: 'container', like: 'shop-db' }],
  ['nothing, of another host’s container', '', remote, { kind: 'container', like: 'shop-db', over }],
  ['nothing, of a pod', '', pod, { kind: 'pod', namespace: 'db', like: pod }],
  ['a word', 'local', pod, { kind: 'local' }],
  ['container', 'container', docker, { kind: 'container', like: 'shop-db' }],
  [
    'an image',
    'container: { image: "postgres:17", memory: 2Gi, tmpfs: 500MB }',
    url,
    { kind: 'container', image: 'postgres:17', memory: 2 * 1024 ** 3, tmpfs: 500e6 },
  ],
  [
    'a pod elsewhere',
    '{pod: {namespace: drills, memory: 1GiB, cpu: 500m, storage: 20Gi}}',
    pod,
    { kind: 'pod', namespace: 'drills', like: pod, memory: 1024 ** 3, cpu: 500, storage: 20 * 1024 ** 3 },
  ],
  [
    'a server',
    'server: { engine: postgresql, url: "postgresql://x@scratch/postgres?sslmode=require" }',
    url,
    {
      kind: 'server',
      locator: {
        engine: 'postgresql',
        place: { kind: 'url', host: 'scratch', port: 5432, sslMode: 'require' },
        database: 'postgres',
        user: 'x',
      },
    },
  ],
])('%s', (_, text, place, expected) => {
  expect(parsed(text, place)).toEqual({ place: expected, faults: [] });
});

test.each<[string, Place | undefined, readonly string[]]>([
  ['locl', url, ['scratch: did you mean local?']],
  ['server', url, ['scratch: say which: server: { url: … }']],
  ['[local]', url, ['scratch: must be local, container, pod, server, or a map of one']],
  [
    'container',
    url,
    ['scratch.container.image: is required: the database is in no container whose image could be taken'],
  ],
  ['pod: { image: x }', url, ['scratch.pod.namespace: must be the name of a namespace']],
  [
    '{container: {image: --privileged, memory: lots, ram: 1}, pod: {storage: 0, cpu: many}}',
    pod,
    [
      'scratch: name one',
      'scratch.container.ram: may have image, memory, tmpfs',
      'scratch.container.image: must be the name of an image',
      'scratch.container.memory: must be a size: 512Mi, 4Gi',
      'scratch.pod.cpu: must be a number of cores: 2, 500m',
      'scratch.pod.storage: must be a size: 512Mi, 4Gi',
    ],
  ],
  ['local: { a: 1 }', url, ['scratch.local: has no settings: write scratch: local']],
  ['pod: {', url, ['scratch: cannot be read']],
  [
    'server: { engine: mariadb, url: "mariadb://x:secret@scratch/" }',
    url,
    ['scratch.server.engine: must be postgresql, as the database is'],
  ],
])('%s is refused, every fault at once', (text, place, expected) => {
  const said = parsed(text, place).faults.map(({ input, problem }) => `${input}: ${problem}`);
  for (const line of expected) expect(said).toContainEqual(expect.stringContaining(line));
  expect(said.join()).not.toContain('secret');
});
