import { expect, test } from '@jest/globals';
import { ConfigurationError } from '../../../lib/domain/errors.ts';
import type { Fault } from '../../../lib/domain/errors.ts';
import {
  destinationInputNames,
  destinationInstead,
  readDestinationInputs,
} from '../../../lib/domain/inputs/destination.ts';
import { InputReader } from '../../../lib/domain/inputs/reader.ts';
import type { StorageTarget } from '../../../lib/domain/storage/target.ts';

type Texts = Readonly<Record<string, string>>;

function read(given: Texts, env: Texts = {}): StorageTarget {
  const reader = new InputReader(given, { known: destinationInputNames, instead: destinationInstead });
  return reader.finish(readDestinationInputs(reader, env));
}

function faultsOf(given: Texts, env: Texts = {}): readonly Fault[] {
  try {
    read(given, env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

const aws = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'of the environment' };
const own = { 'access-key-id': 'own', 'secret-access-key': 'of the input' };
const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----';
const vault = {
  destination: 'ssh://ops@vault:2222/srv/backups',
  'destination-ssh-key': key,
  'destination-known-hosts': '[vault]:2222 ssh-ed25519 AAAA',
};

test('a bucket as aws-actions/configure-aws-credentials leaves the environment', () => {
  const env = { ...aws, AWS_SESSION_TOKEN: 'lent', AWS_REGION: 'eu-central-1' };
  expect(read({ destination: 's3://backups/shop' }, env)).toEqual({
    kind: 'bucket',
    place: { kind: 's3', bucket: 'backups', prefix: 'shop' },
    service: {
      endpoint: new URL('https://s3.eu-central-1.amazonaws.com'),
      region: 'eu-central-1',
      pathStyle: false,
    },
    credentials: {
      accessKeyId: 'AKIAENV',
      secretAccessKey: 'of the environment',
      sessionToken: 'lent',
    },
  });
});

test('inputs go before the environment, credentials as a whole, and the region of AWS is not that of another storage', () => {
  const env = { ...aws, AWS_SESSION_TOKEN: 'lent', AWS_REGION: 'eu-central-1' };
  const target = read({ destination: 's3://backups', endpoint: 'https://minio.example', ...own }, env);
  expect(target).toMatchObject({
    service: { region: 'us-east-1', pathStyle: true },
    credentials: { accessKeyId: 'own', secretAccessKey: 'of the input' },
  });
  expect(JSON.stringify(target)).not.toContain('lent');
  expect(read({ destination: 's3://backups', region: 'eu-west-1' }, env)).toMatchObject({
    service: { region: 'eu-west-1' },
  });
  expect(read({ destination: 's3://backups' }, { ...aws, AWS_DEFAULT_REGION: 'eu-north-1' })).toMatchObject({
    service: { region: 'eu-north-1' },
  });
});

test.each([
  ['AES256', { kind: 'AES256' }],
  ['aws:kms', { kind: 'aws:kms' }],
  ['aws:kms:1234abcd-12ab-34cd', { kind: 'aws:kms', keyId: '1234abcd-12ab-34cd' }],
  ['aws:kms:arn:aws:kms:eu-west-1:1:key/12', { kind: 'aws:kms', keyId: 'arn:aws:kms:eu-west-1:1:key/12' }],
  ['aws:kms:alias/backup', { kind: 'aws:kms', keyId: 'alias/backup' }],
])('sse: %s', (sse, encryption) => {
  expect(read({ destination: 's3://backups', region: 'eu-west-1', sse, ...own })).toMatchObject({
    encryption,
  });
});

test('Google by its HMAC key', () => {
  expect(
    read({ destination: 'gs://backups/shop', 'access-key-id': 'GOOG1E', 'secret-access-key': 's' }),
  ).toMatchObject({
    place: { kind: 'gs' },
    service: { endpoint: new URL('https://storage.googleapis.com') },
    credentials: { accessKeyId: 'GOOG1E' },
  });
});

test('a directory, of this machine or of another', () => {
  expect(read({ destination: 'file:backups' }, aws)).toEqual({
    kind: 'file',
    place: { kind: 'file', directory: 'backups' },
  });
  expect(read({ ...vault, 'destination-jump': 'me@gate' }, aws)).toEqual({
    kind: 'ssh',
    place: { kind: 'ssh', host: 'vault', port: 2222, user: 'ops', directory: '/srv/backups' },
    over: {
      host: 'vault',
      port: 2222,
      user: 'ops',
      key,
      knownHosts: '[vault]:2222 ssh-ed25519 AAAA',
      jump: { host: 'gate', port: 22, user: 'me' },
    },
  });
});

test.each<[string, Texts, Texts, string, RegExp]>([
  ['no destination', {}, {}, 'destination', /is required/],
  ['no bucket', { destination: 's3://' }, {}, 'destination', /names no bucket/],
  ['no region', { destination: 's3://backups' }, aws, 'region', /is required/],
  ['as whom', { destination: 's3://backups', region: 'r' }, {}, 'access-key-id', /as whom\? run aws-actions/],
  [
    'half of it',
    { destination: 's3://backups', region: 'r', 'access-key-id': 'a' },
    aws,
    'secret-access-key',
    /goes with access-key-id/,
  ],
  [
    'a token alone',
    { destination: 's3://backups', region: 'r', 'session-token': 'a' },
    aws,
    'secret-access-key',
    /goes with session-token/,
  ],
  [
    'half of the environment',
    { destination: 's3://backups', region: 'r' },
    { AWS_ACCESS_KEY_ID: 'a' },
    'access-key-id',
    /as whom/,
  ],
  ['sse', { destination: 's3://backups', region: 'r', sse: 'aes256', ...own }, {}, 'sse', /write AES256/],
  [
    'sse: a key alone',
    { destination: 's3://backups', region: 'r', sse: 'alias/x', ...own },
    {},
    'sse',
    /write aws:kms:alias\/x/,
  ],
  ['sse: kms', { destination: 's3://backups', region: 'r', sse: 'kms', ...own }, {}, 'sse', /write aws:kms/],
  ['sse at Google', { destination: 'gs://backups', sse: 'AES256', ...own }, {}, 'sse', /belongs to s3:\/\//],
  [
    'a key of AWS for Google',
    { destination: 'gs://backups' },
    aws,
    'access-key-id',
    /is a key of AWS, from the environment/,
  ],
  ['Google as nobody', { destination: 'gs://backups' }, {}, 'access-key-id', /HMAC key/],
  [
    'an endpoint for a directory',
    { destination: 'file:/b', endpoint: 'https://x' },
    {},
    'endpoint',
    /belongs to another kind/,
  ],
  [
    'a key for a bucket',
    { destination: 's3://backups', region: 'r', 'destination-ssh-key': key, ...own },
    {},
    'destination-ssh-key',
    /belongs to ssh:/,
  ],
  ['credentials for a host', { ...vault, ...own }, {}, 'access-key-id', /belongs to s3:\/\/ and gs:/],
  ['no key', { ...vault, 'destination-ssh-key': '' }, {}, 'destination-ssh-key', /is required/],
  [
    'no known hosts',
    { ...vault, 'destination-known-hosts': '' },
    {},
    'destination-known-hosts',
    /ssh-keyscan -p 2222 vault/,
  ],
  ['a jump without user', { ...vault, 'destination-jump': 'gate' }, {}, 'destination-jump', /user@host/],
  [
    'a jump that is an option',
    { ...vault, 'destination-jump': 'me@-oX' },
    {},
    'destination-jump',
    /user@host/,
  ],
  ['a name from elsewhere', { destination: 'file:/b', 'aws-region': 'x' }, {}, 'aws-region', /use region/],
])('%s is a fault', (_, given, env, input, problem) => {
  expect(faultsOf(given, env)).toContainEqual(
    expect.objectContaining({ input, problem: expect.stringMatching(problem) }),
  );
});

test('all faults at once', () => {
  const faults = faultsOf({ destination: 's3://backups', endpoint: 'minio', sse: 'x' });
  expect(faults.map(({ input }) => input).sort()).toEqual(['access-key-id', 'endpoint', 'sse']);
});

test('what is no private key is not quoted back', () => {
  const faults = faultsOf({ ...vault, 'destination-ssh-key': 'hunter2' });
  expect(faults).toHaveLength(1);
  expect(JSON.stringify(faults)).not.toContain('hunter2');
});
