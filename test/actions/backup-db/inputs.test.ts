import { describe, expect, test } from '@jest/globals';
import { parseInputs } from '../../../actions/backup-db/inputs.ts';
import { ConfigurationError } from '../../../lib/domain/errors.ts';
import type { Fault } from '../../../lib/domain/errors.ts';
import { identity, recipient } from '../../steps/backup/fakes.ts';
import { least } from './memory.ts';

const faultsOf = (given: Record<string, string>, env: Record<string, string> = {}): readonly Fault[] => {
  try {
    parseInputs(given, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
};

test('the least that a workflow must say', () => {
  expect(parseInputs({ ...least, recipients: '' }, {})).toEqual({
    mode: 'backup',
    of: { engine: 'postgresql', database: 'shop' },
    locator: expect.objectContaining({ engine: 'postgresql', database: 'shop', user: 'app' }),
    cluster: undefined,
    globals: true,
    withoutRows: [],
    extraArgs: [],
    mayBeEmpty: false,
    destination: { kind: 'file', place: { kind: 'file', directory: '/backups' } },
    recipients: [],
    compression: 3,
    verify: 'complete',
    scratch: undefined,
    fingerprint: 'rows',
    images: [],
    keep: undefined,
    maxThroughput: undefined,
    lock: 300_000,
    timeout: 3_600_000,
    dryRun: false,
  });
});

test('everything', () => {
  const digest = `sha256:${'ab'.repeat(32)}`;
  expect(
    parseInputs(
      {
        ...least,
        globals: 'false',
        'exclude-tables': 'public.log\n# big\nshop.cache',
        'extra-args': '--no-comments',
        'max-throughput': '20MB/s',
        'allow-empty': 'true',
        compression: '19',
        verify: 'restored',
        fingerprint: 'counts',
        images: `ghcr.io/octo/shop@${digest}`,
        keep: '{ last: 5, daily: 14, floor: 2 }',
        lock: 'none',
        timeout: '6h',
        'dry-run': 'true',
      },
      {},
    ),
  ).toMatchObject({
    globals: false,
    withoutRows: ['public.log', 'shop.cache'],
    extraArgs: ['--no-comments'],
    maxThroughput: 20_000_000,
    mayBeEmpty: true,
    recipients: [recipient],
    compression: 19,
    verify: 'restored',
    scratch: { kind: 'local' },
    fingerprint: 'counts',
    images: [`ghcr.io/octo/shop@${digest}`],
    keep: { last: 5, daily: 14, weekly: 0, days: 0, floor: 2 },
    lock: undefined,
    timeout: 21_600_000,
    dryRun: true,
  });
});

test('a pod needs a cluster, and its proof is a pod', () => {
  const given = {
    engine: 'postgresql',
    kubernetes: '{ namespace: db, selector: app=postgres }',
    database: 'shop',
    destination: 'file:/backups',
    verify: 'restored',
  };
  expect(faultsOf(given).map(({ input }) => input)).toEqual(['kubeconfig']);
  expect(parseInputs(given, { KUBECONFIG: '/kube' })).toMatchObject({
    cluster: { kind: 'file', path: '/kube' },
    scratch: { kind: 'pod', namespace: 'db' },
  });
});

const bad: readonly (readonly [string, Record<string, string>, string, RegExp])[] = [
  ['an unknown engine', { engine: 'oracle' }, 'engine', /postgresql, mysql, mariadb/],
  ['no engine', { engine: '' }, 'engine', /is required/],
  ['a destination without a bucket', { destination: 's3://' }, 'destination', /names no bucket/],
  ['no destination', { destination: '' }, 'destination', /is required/],
  ['a recipient that is no age key', { recipients: 'ssh-ed25519 AAAA' }, 'recipients', /SSH key/],
  ['half a recipient', { recipients: recipient.slice(0, 40) }, 'recipients', /not|is for/],
  ['a secret key as a recipient', { recipients: identity }, 'recipients', /is a secret key/],
  [
    'both url and kubernetes',
    { kubernetes: '{ namespace: db, pod: postgres-0 }' },
    'url',
    /say once where the database is/,
  ],
  ['no place', { url: '', database: 'shop' }, 'url', /say once where the database is/],
  ['keep of zero', { keep: '{ last: 0 }' }, 'keep.last', /keep at least one/],
  ['a floor of zero', { keep: '{ last: 1, floor: 0 }' }, 'keep.floor', /1 to/],
  ['keep of something else', { keep: '{ lst: 5 }' }, 'keep.lst', /did you mean last/],
  [
    'a database that looks like an option',
    { url: '', docker: 'db', database: '--clean' },
    'database',
    /looks like an option/,
  ],
  ['a table that looks like an option', { 'exclude-tables': '--data-only' }, 'exclude-tables', /an option/],
  ['compression of a gzip', { compression: '22' }, 'compression', /1 to 19/],
  ['an unknown level', { verify: 'sworn' }, 'verify', /complete, parsed, restored/],
  ['a scratch for nothing', { scratch: 'local' }, 'scratch', /belongs to verify: restored/],
  ['an unknown scratch', { verify: 'restored', scratch: 'locl' }, 'scratch', /did you mean local/],
  ['an image by tag', { images: 'ghcr.io/octo/shop:1' }, 'images', /another image tomorrow/],
  ['an option that breaks a promise', { 'extra-args': '--format=plain' }, 'extra-args', /fixed/],
  ['bits a second', { 'max-throughput': '20Mbit/s' }, 'max-throughput', /bytes|must be/],
  ['a timeout longer than a job', { timeout: '6d' }, 'timeout', /at most 5d/],
  ['a lock without a unit', { lock: '30' }, 'lock', /give a unit/],
  ['max-age of a backup', { 'max-age': '26h' }, 'max-age', /belongs to mode: check/],
  ['a cluster that nothing needs', { server: 'https://a' }, 'server', /is not needed/],
  ['a habit', { retention: '7' }, 'retention', /use keep/],
];

describe('bad input', () => {
  test.each(bad)('%s', (_, given, input, problem) => {
    const faults = faultsOf({ ...least, ...given });
    expect(faults).toContainEqual(
      expect.objectContaining({ input, problem: expect.stringMatching(problem) }),
    );
    expect(JSON.stringify(faults)).not.toContain(identity);
  });

  test('all of it at once', () => {
    const inputs = faultsOf({
      engine: 'oracle',
      destination: 's3://',
      recipients: 'age1x',
      keep: '{ last: 0 }',
      database: '-c',
      docker: 'db',
    }).map(({ input }) => input);
    expect(inputs).toEqual(
      expect.arrayContaining(['engine', 'destination', 'recipients', 'keep.last', 'database']),
    );
  });
});

describe('check', () => {
  const given = { mode: 'check', engine: 'mariadb', database: 'shop', destination: 'file:/backups' };

  test('needs no way to the database', () => {
    expect(parseInputs(given, {})).toEqual({
      mode: 'check',
      of: { engine: 'mariadb', database: 'shop' },
      destination: { kind: 'file', place: { kind: 'file', directory: '/backups' } },
      verify: 'complete',
      maxAge: 26 * 3_600_000,
      timeout: 3_600_000,
    });
  });

  test.each([
    [{ url: 'postgresql://a@b/c' }, 'url'],
    [{ keep: '{ last: 1 }' }, 'keep'],
    [{ database: '' }, 'database'],
    [{ database: '-x' }, 'database'],
    [{ engine: '' }, 'engine'],
    [{ 'max-age': '2' }, 'max-age'],
  ])('%j', (rest, input) => {
    expect(faultsOf({ ...given, ...rest }).map((fault) => fault.input)).toContain(input);
  });
});
