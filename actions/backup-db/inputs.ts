import type { ClusterAccess } from '../../lib/domain/cluster.ts';
import { recipientProblem } from '../../lib/domain/database/age-keys.ts';
import type { BackedUp } from '../../lib/domain/database/backup-key.ts';
import type { VerificationLevel } from '../../lib/domain/database/backup-manifest.ts';
import { readDumpArgs } from '../../lib/domain/database/extra-args.ts';
import type { FingerprintKind } from '../../lib/domain/database/fingerprint.ts';
import { engines } from '../../lib/domain/database/locator.ts';
import type { Engine, Locator } from '../../lib/domain/database/locator.ts';
import { databaseNameProblem } from '../../lib/domain/database/names.ts';
import { parseKeep } from '../../lib/domain/database/parse-keep.ts';
import type { Keep } from '../../lib/domain/database/retention.ts';
import type { ScratchPlace } from '../../lib/domain/database/scratch-place.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import type { Fault } from '../../lib/domain/errors.ts';
import { parseImageRef } from '../../lib/domain/image-ref.ts';
import { clusterInputNames } from '../../lib/domain/inputs/cluster.ts';
import { readDatabaseCluster } from '../../lib/domain/inputs/database-cluster.ts';
import {
  databaseInputNames,
  databaseInstead,
  databaseSecretNames,
  readDatabaseInputs,
} from '../../lib/domain/inputs/database.ts';
import {
  destinationInputNames,
  destinationInstead,
  destinationSecretNames,
  readDestinationInputs,
} from '../../lib/domain/inputs/destination.ts';
import { readJobTimeout } from '../../lib/domain/inputs/job-timeout.ts';
import { InputReader } from '../../lib/domain/inputs/reader.ts';
import { readScratch } from '../../lib/domain/inputs/scratch.ts';
import type { StorageTarget } from '../../lib/domain/storage/target.ts';
import { readThroughput } from '../../lib/domain/throughput.ts';
import { namesCronJob, readCronJob } from './inputs-cron-job.ts';
import type { CronJobInputs } from './inputs-cron-job.ts';

export const inputNames: readonly string[] = [
  'mode',
  // of what
  ...databaseInputNames,
  'globals',
  'exclude-tables',
  'extra-args',
  'allow-empty',
  // where to
  ...destinationInputNames,
  'recipients',
  'compression',
  // how far it is proven
  'verify',
  'scratch',
  'fingerprint',
  'images',
  // what goes, what is too old
  'keep',
  'max-age',
  // how
  'max-throughput',
  'lock',
  'timeout',
  'dry-run',
  ...clusterInputNames,
  'job-id',
];

/** Inputs whose text is hidden from every log before anything is printed. */
export const secretInputs: readonly string[] = [
  ...databaseSecretNames,
  ...destinationSecretNames,
  'kubeconfig',
  'server-token',
];

const instead = {
  ...databaseInstead,
  ...destinationInstead,
  retention: 'use keep: { last: 5, daily: 14 }',
  encrypt: 'use recipients',
  'age-recipient': 'use recipients',
  exclude: 'use exclude-tables',
  'verify-restore': 'use verify: restored',
};

export type Inputs = BackupInputs | CheckInputs | CronJobInputs;

/** Everything that one backup was asked for. */
export interface BackupInputs {
  readonly mode: 'backup';
  readonly of: BackedUp;
  readonly locator: Locator;
  /** Undefined where nothing lies in a cluster. */
  readonly cluster: ClusterAccess | undefined;
  readonly globals: boolean;
  readonly withoutRows: readonly string[];
  /** Of the dump tool. */
  readonly extraArgs: readonly string[];
  readonly mayBeEmpty: boolean;
  readonly destination: StorageTarget;
  readonly recipients: readonly string[];
  /** zstd's level. */
  readonly compression: number;
  readonly verify: VerificationLevel;
  /** Undefined unless it is restored. */
  readonly scratch: ScratchPlace | undefined;
  readonly fingerprint: FingerprintKind;
  readonly images: readonly string[];
  /** Undefined deletes nothing. */
  readonly keep: Keep | undefined;
  /** Bytes a second of the dump itself. */
  readonly maxThroughput: number | undefined;
  /** How long another backup or migration is waited for; undefined takes no lock. */
  readonly lock: Milliseconds | undefined;
  /** Of everything. */
  readonly timeout: Milliseconds;
  readonly dryRun: boolean;
}

/** Whether the newest backup is young enough: asks the storage alone. */
export interface CheckInputs {
  readonly mode: 'check';
  readonly of: BackedUp;
  readonly destination: StorageTarget;
  /** What is proven less does not count. */
  readonly verify: VerificationLevel;
  readonly maxAge: Milliseconds;
  readonly timeout: Milliseconds;
}

type Env = Readonly<Record<string, string | undefined>>;

const minute: Milliseconds = 60_000;
const hour: Milliseconds = 60 * minute;

/** Reads the inputs; throws ConfigurationError with every fault at once. */
export function parseInputs(given: Readonly<Record<string, string>>, env: Env): Inputs {
  const reader = new InputReader(given, { known: inputNames, instead });
  if (reader.choice('mode', ['backup', 'check']) === 'check') return readCheck(reader, env);
  return namesCronJob(reader) ? readCronJob(reader, env) : readBackup(reader, env);
}

function readBackup(reader: InputReader, env: Env): BackupInputs {
  const locator = readDatabaseInputs(reader);
  const verify = reader.choice('verify', ['complete', 'parsed', 'restored']);
  const scratch = readProof(reader, verify, locator);
  if (reader.has('max-age'))
    reader.fault({ input: 'max-age', problem: 'belongs to mode: check, which looks at the newest backup' });
  return reader.finish<BackupInputs>({
    mode: 'backup',
    of: { engine: locator.engine, database: locator.database },
    locator,
    cluster: readDatabaseCluster(reader, env, { locator, scratch }),
    globals: reader.flag('globals', true),
    withoutRows: readTables(reader),
    extraArgs: readExtraArgs(reader, locator.engine),
    mayBeEmpty: reader.flag('allow-empty'),
    destination: readDestinationInputs(reader, env),
    recipients: readRecipients(reader),
    compression: reader.integer('compression', { min: 1, max: 19 }) ?? 3,
    verify,
    scratch,
    fingerprint: reader.choice('fingerprint', ['rows', 'counts']),
    images: readImages(reader),
    keep: readKeep(reader),
    maxThroughput: readMaxThroughput(reader),
    lock: reader.text('lock') === 'none' ? undefined : reader.duration('lock', 5 * minute),
    timeout: readJobTimeout(reader, hour),
    dryRun: reader.flag('dry-run'),
  });
}

/** Only what a backup needs; nobody gives it by accident, for GitHub passes no default for them. */
const ofBackup = [
  'url',
  'kubernetes',
  'docker',
  'ssh',
  'user',
  'password',
  'exclude-tables',
  'extra-args',
  'max-throughput',
  'recipients',
  'scratch',
  'images',
  'keep',
  ...clusterInputNames,
];

function readCheck(reader: InputReader, env: Env): CheckInputs {
  for (const input of ofBackup.filter((name) => reader.has(name)))
    reader.fault({ input, problem: 'is not needed: mode: check asks the destination alone' });
  const database = reader.required('database');
  const problem = database === '' ? undefined : databaseNameProblem(database);
  if (problem !== undefined) reader.fault({ input: 'database', value: JSON.stringify(database), problem });
  reader.required('engine');
  return reader.finish<CheckInputs>({
    mode: 'check',
    of: { engine: reader.choice('engine', engines), database },
    destination: readDestinationInputs(reader, env),
    verify: reader.choice('verify', ['complete', 'parsed', 'restored']),
    maxAge: reader.duration('max-age', 26 * hour),
    timeout: readJobTimeout(reader, hour),
  });
}

function readProof(
  reader: InputReader,
  verify: VerificationLevel,
  { engine, place }: Locator,
): ScratchPlace | undefined {
  if (verify === 'restored') return readScratch(reader, { engine, place });
  if (reader.has('scratch'))
    reader.fault({ input: 'scratch', problem: `belongs to verify: restored; this is verify: ${verify}` });
  return undefined;
}

function readRecipients(reader: InputReader): readonly string[] {
  const recipients = reader.lines('recipients');
  // Never quoted back: it may be a secret key.
  for (const problem of recipients.flatMap((each) => recipientProblem(each) ?? []))
    reader.fault({ input: 'recipients', problem });
  return [...new Set(recipients)];
}

function readTables(reader: InputReader): readonly string[] {
  const tables = reader.lines('exclude-tables');
  for (const table of tables.filter((each) => each.startsWith('-')))
    reader.fault({ input: 'exclude-tables', value: JSON.stringify(table), problem: 'looks like an option' });
  return tables;
}

function readExtraArgs(reader: InputReader, engine: Engine): readonly string[] {
  const { args, faults } = readDumpArgs(engine, reader.lines('extra-args'));
  for (const fault of faults) reader.fault(fault);
  return args;
}

function readMaxThroughput(reader: InputReader): number | undefined {
  const text = reader.text('max-throughput');
  if (text === '') return undefined;
  const read = readThroughput(text);
  if (read.kind === 'read') return read.bytesPerSecond;
  reader.fault({ input: 'max-throughput', value: JSON.stringify(text), problem: read.problem });
  return undefined;
}

function readImages(reader: InputReader): readonly string[] {
  const images = reader.lines('images');
  for (const image of images.filter((each) => parseImageRef(each)?.digest === undefined))
    reader.fault({
      input: 'images',
      value: JSON.stringify(image),
      problem: 'must be registry/name@sha256:…: a tag may stand for another image tomorrow',
    });
  return images;
}

function readKeep(reader: InputReader): Keep | undefined {
  if (!reader.has('keep')) return undefined;
  const faults: Fault[] = [];
  const keep = parseKeep(reader.text('keep'), 'keep', faults);
  for (const fault of faults) reader.fault(fault);
  return keep;
}
