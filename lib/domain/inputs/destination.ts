/** The inputs that say where backups are kept, and as whom. */
import { readDestination } from '../storage/destination.ts';
import type { BucketPlace, Destination, SshDirectory } from '../storage/destination.ts';
import { readEncryption } from '../storage/encryption.ts';
import type { Encryption } from '../storage/encryption.ts';
import { readService } from '../storage/endpoint.ts';
import type { Service } from '../storage/endpoint.ts';
import type { BucketCredentials, StorageTarget } from '../storage/target.ts';
import { sshHostForm, sshUserForm } from '../ssh/place.ts';
import type { SshPlace } from '../ssh/place.ts';
import type { InputReader } from './reader.ts';

const bucketInputs = [
  'endpoint',
  'region',
  'sse',
  'access-key-id',
  'secret-access-key',
  'session-token',
] as const;
const sshInputs = ['destination-ssh-key', 'destination-known-hosts', 'destination-jump'] as const;

/** All of them, for the list of what an action knows. */
export const destinationInputNames = ['destination', ...bucketInputs, ...sshInputs] as const;

/** Those that are hidden in the log. */
export const destinationSecretNames = ['secret-access-key', 'session-token', 'destination-ssh-key'] as const;

/** What people write from habit, from other actions and tools → what to write here. */
export const destinationInstead: Readonly<Record<string, string>> = {
  bucket: 'use destination: s3://bucket/prefix',
  prefix: 'it is part of destination: s3://bucket/prefix',
  'access-key': 'use access-key-id',
  'aws-access-key-id': 'use access-key-id, or AWS_ACCESS_KEY_ID in the environment',
  'aws-secret-access-key': 'use secret-access-key, or AWS_SECRET_ACCESS_KEY in the environment',
  'aws-region': 'use region, or AWS_REGION in the environment',
};

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads where backups are kept; every fault goes to `reader`. `env` is the environment of the step: what
 * aws-actions/configure-aws-credentials left there counts where no input says otherwise.
 */
export function readDestinationInputs(reader: InputReader, env: Env): StorageTarget {
  const read = readDestination('destination', reader.text('destination'));
  if (read.kind === 'wrong') {
    reader.fault(read.fault);
    return standIn;
  }
  const place = read.value;
  refuseMisplaced(reader, place);
  switch (place.kind) {
    case 'file':
      return { kind: 'file', place };
    case 'ssh':
      return { kind: 'ssh', place, over: readSsh(reader, place) };
    case 's3':
    case 'gs':
    default: {
      const encryption = readSse(reader, place);
      return {
        kind: 'bucket',
        place,
        service: readBucketService(reader, place, env),
        credentials: readCredentials(reader, place, env),
        ...(encryption === undefined ? {} : { encryption }),
      };
    }
  }
}

const standIn: StorageTarget = { kind: 'file', place: { kind: 'file', directory: '' } };

/** An input that nothing would look at is a mistake, and mostly one about where backups go. */
function refuseMisplaced(reader: InputReader, { kind }: Destination): void {
  const [names, owner] =
    kind === 'ssh'
      ? ([bucketInputs, 's3:// and gs://'] as const)
      : kind === 'file'
        ? ([[...bucketInputs, ...sshInputs], 'another kind of destination'] as const)
        : ([sshInputs, 'ssh://'] as const);
  for (const name of names.filter((each) => reader.has(each)))
    reader.fault({ input: name, problem: `belongs to ${owner}; the destination is ${kind}:` });
}

function readSse(reader: InputReader, { kind }: BucketPlace): Encryption | undefined {
  if (!reader.has('sse')) return undefined;
  const read = readEncryption('sse', reader.text('sse'));
  if (read.kind === 'wrong') reader.fault(read.fault);
  else if (kind === 'gs')
    reader.fault({ input: 'sse', problem: 'belongs to s3://; Google encrypts everything by itself' });
  return read.kind === 'read' ? read.value : undefined;
}

function readBucketService(reader: InputReader, place: BucketPlace, env: Env): Service {
  const endpoint = reader.text('endpoint');
  // A region of AWS is not the region of another storage.
  const ofAws = place.kind === 's3' && endpoint === '' ? env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] : '';
  const read = readService(place, { endpoint, region: reader.text('region') || ofAws || '' });
  if (read.kind === 'read') return read.value;
  reader.fault(read.fault);
  return { endpoint: new URL('https://nowhere.invalid'), region: '', pathStyle: true };
}

/**
 * By input, or as a whole from the environment: never half of each, for a key and the secret of another one are
 * refused by the storage with words that do not help.
 */
function readCredentials(reader: InputReader, place: BucketPlace, env: Env): BucketCredentials {
  const inputs = ['access-key-id', 'secret-access-key', 'session-token'] as const;
  const given = inputs.filter((name) => reader.has(name));
  const [accessKeyId, secretAccessKey, sessionToken] =
    given.length > 0
      ? inputs.map((name) => reader.text(name))
      : ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'].map((name) => env[name] ?? '');
  if (given.length > 0) {
    for (const name of inputs.slice(0, 2).filter((each) => !reader.has(each)))
      reader.fault({
        input: name,
        value: 'empty',
        problem: `goes with ${given.join(' and ')}; an empty one may be a secret that this run does not get`,
      });
  } else if (!accessKeyId || !secretAccessKey)
    reader.fault({ input: 'access-key-id', value: 'empty', problem: missing(place) });
  if (place.kind === 'gs' && /^A[KS]IA/.test(accessKeyId ?? '') && !reader.has('endpoint'))
    reader.fault({
      input: 'access-key-id',
      problem: `is a key of AWS${given.length > 0 ? '' : ', from the environment'}; ${hmac}`,
    });
  return {
    accessKeyId: accessKeyId ?? '',
    secretAccessKey: secretAccessKey ?? '',
    ...(sessionToken ? { sessionToken } : {}),
  };
}

const hmac = 'gs:// wants an HMAC key (GOOG…): Cloud Storage, Settings, Interoperability';

const missing = ({ kind }: BucketPlace): string =>
  kind === 'gs'
    ? `give access-key-id and secret-access-key: ${hmac}`
    : 'as whom? run aws-actions/configure-aws-credentials before this step, or give access-key-id and secret-access-key; secrets are empty in pull requests from forks';

function readSsh(reader: InputReader, { host, port, user }: SshDirectory): SshPlace {
  const key = reader.required('destination-ssh-key');
  // Not quoted back: it is a private key, or what somebody took for one.
  if (key !== '' && !key.includes('PRIVATE KEY-----'))
    reader.fault({ input: 'destination-ssh-key', problem: 'must be the text of a private key' });
  const knownHosts = reader.text('destination-known-hosts');
  if (knownHosts === '')
    reader.fault({
      input: 'destination-known-hosts',
      value: 'empty',
      problem: `is required: the output of ssh-keyscan -p ${port} ${host}, checked once by a person`,
    });
  const jump = readJump(reader);
  return { host, port, user, key, knownHosts, ...(jump === undefined ? {} : { jump }) };
}

/** `user@host` or `user@host:port`, as `ssh -J` takes it. */
function readJump(reader: InputReader): SshPlace['jump'] {
  const text = reader.text('destination-jump');
  if (text === '') return undefined;
  const [, user = '', bracketed, plain = '', port = '22'] =
    /^([^@:/]+)@(?:\[([^\]]+)\]|([^:/[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (!sshUserForm.test(user) || !sshHostForm.test(host) || Number(port) < 1 || Number(port) > 65_535)
    reader.fault({
      input: 'destination-jump',
      value: JSON.stringify(text),
      problem: 'must be user@host or user@host:port',
    });
  return { host, port: Number(port), user };
}
