import type { ClusterAccess } from '../../lib/domain/cluster.ts';
import { identityProblem } from '../../lib/domain/database/age-keys.ts';
import type { BackedUp } from '../../lib/domain/database/backup-key.ts';
import { startOf } from '../../lib/domain/database/backup-key.ts';
import type { VerificationLevel } from '../../lib/domain/database/backup-manifest.ts';
import type { Objectives } from '../../lib/domain/database/drill.ts';
import { engines } from '../../lib/domain/database/locator.ts';
import type { Locator } from '../../lib/domain/database/locator.ts';
import { databaseNameProblem } from '../../lib/domain/database/names.ts';
import { placeKeys } from '../../lib/domain/database/parse-locator.ts';
import type { ScratchPlace } from '../../lib/domain/database/scratch-place.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
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
import { readScratch, scratchInput } from '../../lib/domain/inputs/scratch.ts';
import type { StorageTarget } from '../../lib/domain/storage/target.ts';

export const inputNames: readonly string[] = [
  'mode',
  // which backup
  'backup',
  'backup-of',
  'verify',
  ...destinationInputNames,
  'identity',
  // where to
  ...databaseInputNames,
  'name',
  scratchInput,
  // how
  'globals',
  'owners',
  'one-transaction',
  'rto',
  'rpo',
  'base-backup',
  'timeout',
  'dry-run',
  ...clusterInputNames,
  'job-id',
];

/** Inputs whose text is hidden from every log before anything is printed. */
export const secretInputs: readonly string[] = [
  ...databaseSecretNames,
  ...destinationSecretNames,
  'identity',
  'kubeconfig',
  'server-token',
];

const instead = {
  ...databaseInstead,
  ...destinationInstead,
  from: 'use backup and destination',
  'backup-id': 'use backup',
  source: 'use destination for where the backups are, backup-of for whose they are',
  key: 'use identity for the age key',
  'private-key': 'use identity for the age key',
  clean: 'nothing here empties a database: restore beside it (mode: beside)',
  'single-transaction': 'use one-transaction',
};

export const modes = ['into', 'beside', 'drill'] as const;
export type Mode = (typeof modes)[number];

export type AskedBackup =
  | { readonly kind: 'latest'; readonly level: VerificationLevel }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'uri'; readonly uri: string };

/** Everything that one run of restore-db was asked to do. */
export interface Inputs {
  readonly mode: Mode;
  readonly backup: AskedBackup;
  /** Whose backups are looked through. A URI says it by itself. */
  readonly of: BackedUp;
  readonly destination: StorageTarget;
  /** age's secret keys. */
  readonly identities: readonly string[];
  /** Where it is restored; in a drill the live database, undefined where none was named. */
  readonly locator: Locator | undefined;
  /** Of `locator`, or of what was backed up. */
  readonly database: string;
  /** Of the database that `beside` makes; empty: one is found. */
  readonly name: string;
  /** Undefined but in a drill. */
  readonly scratch: ScratchPlace | undefined;
  /** Undefined where nothing lies in a cluster. */
  readonly cluster: ClusterAccess | undefined;
  readonly globals: boolean;
  readonly owners: boolean;
  readonly oneTransaction: 'auto' | 'always' | 'never';
  readonly objectives: Objectives;
  /** Whether the workflow vouches for a base backup that the server's archive continues. */
  readonly baseBackup: boolean;
  readonly timeout: Milliseconds;
  readonly dryRun: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

const hour: Milliseconds = 3_600_000;

/** Reads the inputs; throws ConfigurationError with every fault at once. */
export function parseInputs(given: Readonly<Record<string, string>>, env: Env): Inputs {
  const reader = new InputReader(given, { known: inputNames, instead });
  const mode = readMode(reader);
  const hasPlace = placeKeys.some((name) => reader.has(name));
  const locator = mode === 'drill' && !hasPlace ? undefined : readDatabaseInputs(reader);
  const of = readWhose(reader, locator);
  const database = locator?.database ?? of.database;
  const scratch =
    mode === 'drill'
      ? readScratch(reader, { engine: of.engine, ...(locator === undefined ? {} : { place: locator.place }) })
      : undefined;
  const globals = reader.flag('globals');
  refuseMisplaced(reader, mode);
  return reader.finish({
    mode,
    backup: readBackup(reader),
    of,
    destination: readDestinationInputs(reader, env),
    identities: readIdentities(reader),
    locator,
    database,
    name: readName(reader, mode, database),
    scratch,
    cluster: readDatabaseCluster(reader, env, { locator, scratch }),
    globals,
    // A scratch server has no role of the source, unless the backup brings them.
    owners: reader.flag('owners', mode === 'drill' ? globals : true),
    oneTransaction: reader.choice('one-transaction', ['auto', 'always', 'never']),
    objectives: readObjectives(reader),
    baseBackup: readBaseBackup(reader, of),
    timeout: readJobTimeout(reader, hour),
    dryRun: reader.flag('dry-run'),
  });
}

function readMode(reader: InputReader): Mode {
  reader.required('mode');
  return reader.choice('mode', modes);
}

/** Faults of a locator are told already: only what a drill without one needs is asked for here. */
function readWhose(reader: InputReader, locator: Locator | undefined): BackedUp {
  const named = reader.text('backup-of');
  const problem = named === '' ? undefined : databaseNameProblem(named);
  if (problem !== undefined) reader.fault({ input: 'backup-of', value: JSON.stringify(named), problem });
  if (locator !== undefined) return { engine: locator.engine, database: named || locator.database };
  reader.required('engine');
  for (const input of ['user', 'password'].filter((each) => reader.has(each)))
    reader.fault({ input, problem: `belongs to ${placeKeys.join(', ')}; none of them is given` });
  const database = named || reader.required('database');
  const wrong = named !== '' || database === '' ? undefined : databaseNameProblem(database);
  if (wrong !== undefined)
    reader.fault({ input: 'database', value: JSON.stringify(database), problem: wrong });
  return { engine: reader.choice('engine', engines), database };
}

function readBackup(reader: InputReader): AskedBackup {
  const text = reader.text('backup');
  const level = reader.choice('verify', ['complete', 'parsed', 'restored']);
  if (text === '' || text === 'latest-verified') return { kind: 'latest', level };
  if (reader.has('verify') && level !== 'complete')
    reader.fault({
      input: 'verify',
      value: level,
      problem: 'belongs to backup: latest-verified; this one is named',
    });
  if (/^[a-z0-9]+:/i.test(text)) return { kind: 'uri', uri: text };
  if (startOf(text) === undefined)
    reader.fault({
      input: 'backup',
      value: JSON.stringify(text),
      problem:
        text === 'latest'
          ? 'did you mean latest-verified?'
          : 'must be latest-verified, the output backup-id of backup-db (20261126T041500Z-1a2b3c), or its uri',
    });
  return { kind: 'id', id: text };
}

/** As age-keygen writes them: comments between them are left out. Never quoted back. */
function readIdentities(reader: InputReader): readonly string[] {
  const identities = reader.lines('identity');
  for (const problem of identities.flatMap((each) => identityProblem(each) ?? []))
    reader.fault({ input: 'identity', problem });
  return [...new Set(identities)];
}

/** `_restored_20261126041500` */
const tail = 24;
const longest = 63;

function readName(reader: InputReader, mode: Mode, database: string): string {
  const name = reader.text('name');
  const problem = name === '' ? undefined : databaseNameProblem(name);
  if (problem !== undefined) reader.fault({ input: 'name', value: JSON.stringify(name), problem });
  if (mode === 'beside' && name === '' && new TextEncoder().encode(database).length + tail > longest)
    reader.fault({
      input: 'name',
      value: 'empty',
      problem: `is required: ${database} and _restored_ with the time would be longer than ${longest} bytes`,
    });
  if (mode === 'beside' && name !== '' && name === database)
    reader.fault({
      input: 'name',
      value: name,
      problem: 'is the database itself: a new one is made beside it',
    });
  return name;
}

function refuseMisplaced(reader: InputReader, mode: Mode): void {
  const owners: Readonly<Record<Mode, readonly string[]>> = {
    into: [],
    beside: ['name'],
    drill: [scratchInput, 'rto', 'rpo', 'base-backup'],
  };
  for (const owner of modes.filter((each) => each !== mode))
    for (const input of owners[owner].filter((name) => reader.has(name)))
      reader.fault({ input, problem: `belongs to mode: ${owner}; this is mode: ${mode}` });
}

function readObjectives(reader: InputReader): Objectives {
  return {
    ...(reader.has('rto') ? { rto: reader.duration('rto', hour) } : {}),
    ...(reader.has('rpo') ? { rpo: reader.duration('rpo', hour) } : {}),
  };
}

function readBaseBackup(reader: InputReader, { engine }: BackedUp): boolean {
  const isThere = reader.flag('base-backup');
  if (isThere && engine !== 'postgresql')
    reader.fault({
      input: 'base-backup',
      problem: `belongs to PostgreSQL, whose WAL archive continues one; the binary log of ${engine} lies beside the data`,
    });
  return isThere;
}
