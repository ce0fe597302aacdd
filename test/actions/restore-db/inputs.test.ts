import { expect, test } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { parseInputs } from '../../../actions/restore-db/inputs.ts';
import { ConfigurationError } from '../../../lib/domain/errors.ts';

const identity = await generateX25519Identity();
const url = 'postgresql://shop@db.test:5432/shop_copy';
const into = { mode: 'into', engine: 'postgresql', url, destination: 'file:backups' };
const drill = { mode: 'drill', engine: 'postgresql', database: 'shop', destination: 'file:backups' };

function faultsOf(given: Readonly<Record<string, string>>): Record<string, string> {
  try {
    parseInputs(given, {});
    return {};
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return Object.fromEntries(error.faults.map(({ input, problem }) => [input, problem]));
  }
}

test('the source’s name is the target’s, unless it is given apart', () => {
  expect(parseInputs(into, {}).of).toEqual({ engine: 'postgresql', database: 'shop_copy' });
  const apart = parseInputs({ ...into, 'backup-of': 'shop' }, {});
  expect([apart.of.database, apart.database]).toEqual(['shop', 'shop_copy']);
});

test('a drill needs no database to be there', () => {
  const inputs = parseInputs(drill, {});
  expect(inputs).toMatchObject({ locator: undefined, database: 'shop', scratch: { kind: 'local' } });
  expect(parseInputs({ ...drill, database: '', url }, {})).toMatchObject({ database: 'shop_copy' });
});

test('owners: kept, but in a drill only where the roles are made too', () => {
  const owners = (given: Record<string, string>) => parseInputs(given, {}).owners;
  expect([owners(into), owners(drill), owners({ ...drill, globals: 'true' })]).toEqual([true, false, true]);
  expect(owners({ ...drill, owners: 'true' })).toBe(true);
});

test.each([
  ['', { kind: 'latest', level: 'complete' }],
  ['latest-verified', { kind: 'latest', level: 'complete' }],
  ['20261126T041500Z-1a2b3c', { kind: 'id', id: '20261126T041500Z-1a2b3c' }],
  ['s3://b/p/postgresql/shop/x', { kind: 'uri', uri: 's3://b/p/postgresql/shop/x' }],
])('backup: %s', (backup, expected) => {
  expect(parseInputs({ ...into, backup }, {}).backup).toEqual(expected);
});

test.each<[string, Readonly<Record<string, string>>, Record<string, unknown>]>([
  ['no mode', { ...into, mode: '' }, { mode: 'is required' }],
  ['a mode that is none', { ...into, mode: 'over' }, { mode: expect.stringMatching('into, beside, drill') }],
  ['latest', { ...into, backup: 'latest' }, { backup: 'did you mean latest-verified?' }],
  ['an id that is none', { ...into, backup: 'shop-1' }, { backup: expect.stringMatching('backup-id') }],
  ['an option as a name', { ...into, 'backup-of': '-rf' }, { 'backup-of': expect.stringMatching('option') }],
  [
    'a name beside itself',
    { ...into, mode: 'beside', name: 'shop_copy' },
    { name: expect.stringMatching('itself') },
  ],
  [
    'no room for the time in a name',
    { ...drill, mode: 'beside', docker: 'pg', database: 'x'.repeat(50) },
    { name: expect.stringMatching('longer than 63') },
  ],
  [
    'objectives without a drill',
    { ...into, rto: '1h', rpo: '1h' },
    { rto: expect.stringMatching('mode: drill'), rpo: expect.stringMatching('mode: drill') },
  ],
  [
    'a base backup without a drill',
    { ...into, 'base-backup': 'true' },
    { 'base-backup': expect.stringMatching('mode: drill') },
  ],
  [
    'a base backup of an engine whose log has none',
    { ...drill, engine: 'mariadb', 'base-backup': 'true' },
    { 'base-backup': expect.stringMatching('PostgreSQL') },
  ],
  [
    'a scratch without a drill',
    { ...into, scratch: 'local' },
    { scratch: expect.stringMatching('mode: drill') },
  ],
  [
    'verify for a backup by its id',
    { ...into, backup: '20261126T041500Z-1a2b3c', verify: 'restored' },
    { verify: expect.stringMatching('latest-verified') },
  ],
  [
    'a password for nowhere',
    { ...drill, password: 'secret' },
    { password: expect.stringMatching('belongs to') },
  ],
  [
    'a drill of nothing',
    { mode: 'drill', destination: 'file:b' },
    { engine: 'is required', database: 'is required' },
  ],
  ['a restore to nowhere', { ...drill, mode: 'into' }, { url: expect.stringMatching('say once where') }],
  [
    'a cluster that nothing needs',
    { ...into, kubeconfig: 'x' },
    { kubeconfig: expect.stringMatching('not needed') },
  ],
  ['a habit', { ...into, clean: 'true' }, { clean: expect.stringMatching('mode: beside') }],
  [
    'a timeout longer than a job, which would ring at once',
    { ...into, timeout: '30d' },
    { timeout: expect.stringMatching('at most 5d') },
  ],
  ['no unit', { ...into, timeout: '10' }, { timeout: expect.stringMatching('give a unit') }],
])('%s', (_, given, expected) => {
  expect(faultsOf(given)).toEqual(expected);
});

test('an identity is read as age-keygen writes it; one that is none is never quoted', async () => {
  const text = `# created: today\n# public key: age1…\n${identity}\n`;
  expect(parseInputs({ ...into, identity: text }, {}).identities).toEqual([identity]);
  const recipient = await identityToRecipient(identity);
  const faults = JSON.stringify(faultsOf({ ...into, identity: `${recipient}\n${identity.slice(0, -1)}` }));
  expect(faults).toMatch('identity');
  for (const secret of [recipient, identity.slice(0, -1)]) expect(faults).not.toContain(secret);
});
