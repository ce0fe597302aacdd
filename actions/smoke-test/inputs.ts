import { needCluster } from '../../lib/domain/checks/needs.ts';
import { parseChecks, parseUrl } from '../../lib/domain/checks/parse.ts';
import type { Read } from '../../lib/domain/checks/parse.ts';
import { parseIdentity } from '../../lib/domain/checks/parse-identity.ts';
import { parseSuites } from '../../lib/domain/checks/parse-suite.ts';
import type { Check, Identity, Suite } from '../../lib/domain/checks/types.ts';
import type { ClusterAccess } from '../../lib/domain/cluster.ts';
import type { Locator } from '../../lib/domain/database/locator.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { clusterInputNames, readCluster } from '../../lib/domain/inputs/cluster.ts';
import { readDatabase } from '../../lib/domain/inputs/database.ts';
import { InputReader } from '../../lib/domain/inputs/reader.ts';
import { parseRecordId } from '../../lib/domain/record/id.ts';
import type { RecordKey } from '../../lib/domain/record/id.ts';

export const inputNames: readonly string[] = [
  // what
  'url',
  'checks',
  'identity',
  'suite',
  // how
  'timeout',
  'interval',
  'consecutive',
  'concurrency',
  // for whom
  'record',
  'name',
  'database',
  // where
  'namespace',
  ...clusterInputNames,
  'github-token',
  'job-id',
];

/** Inputs whose text is hidden from every log before anything is printed. */
export const secretInputs = ['kubeconfig', 'server-token', 'database', 'github-token'] as const;

const instead = {
  retries: 'it asks until timeout is over, every interval',
  'max-attempts': 'it asks until timeout is over, every interval',
  'expected-status': 'use checks: - {http: …, expect: {status: 200}}',
  command: 'use suite for your own tests, or checks: - command: […]',
  token: 'use server-token for the cluster, github-token for GitHub',
};

/** Everything that one run of smoke-test was asked to do. */
export interface Inputs {
  readonly checks: readonly Check[];
  readonly identity: Identity | undefined;
  readonly suites: readonly Suite[];
  /** For identity and checks; a suite has its own. */
  readonly timeout: Milliseconds;
  readonly interval: Milliseconds;
  readonly consecutive: number;
  readonly concurrency: number;
  /** Undefined: nothing is recorded. */
  readonly record: RecordKey | undefined;
  /** What the verdict is called in the record. */
  readonly name: string;
  /** Whose schema the record keeps once it is verified. */
  readonly database: Locator | undefined;
  /** Undefined: nothing needs one. */
  readonly cluster: ClusterAccess | undefined;
}

/** Reads the inputs; throws ConfigurationError with every fault at once. */
export function parseInputs(
  given: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): Inputs {
  const reader = new InputReader(given, { known: inputNames, instead });
  const record = readRecord(reader);
  const namespace = reader.text('namespace') || (record?.namespace ?? '');
  const checks = readChecks(reader, namespace);
  const identity = reader.has('identity')
    ? read(reader, parseIdentity(reader.text('identity'), { namespace, url: reader.text('url') }))
    : undefined;
  const suites = reader.has('suite') ? read(reader, parseSuites(reader.text('suite'))) : [];
  if (!['url', 'checks', 'identity', 'suite'].some((name) => reader.has(name)))
    reader.fault({
      input: 'url',
      value: 'empty',
      problem: 'nothing is asked: give url, checks, identity or suite',
    });
  const database = readDatabase(reader);
  if (database !== undefined && !reader.has('record'))
    reader.fault({
      input: 'database',
      value: 'without record',
      problem: 'its schema becomes part of a record: give record',
    });
  // A cluster that nothing needs is looked at all the same when it is given: a broken secret is a fault at once.
  const asked =
    record !== undefined || needCluster(checks, identity) || reader.has('kubeconfig') || reader.has('server');

  return reader.finish({
    checks,
    identity,
    suites,
    timeout: reader.duration('timeout', 60_000),
    interval: reader.duration('interval', 1_000),
    consecutive: reader.integer('consecutive', { min: 1, max: 100 }) ?? 3,
    concurrency: reader.integer('concurrency', { min: 1, max: 64 }) ?? 4,
    record,
    name: readName(reader),
    database,
    cluster: asked ? readCluster(reader, env) : undefined,
  });
}

function readChecks(reader: InputReader, namespace: string): readonly Check[] {
  // With an identity, url is where it is asked; alone it is a check of its own.
  if (reader.has('url') && !reader.has('identity')) {
    reader.exclusive(['url', 'checks'], 'url is for one plain check; write it as - http: … among the checks');
    return reader.has('checks') ? [] : read(reader, parseUrl(reader.text('url')));
  }
  return reader.has('checks')
    ? read(reader, parseChecks(reader.text('checks'), 'checks', { namespace }))
    : [];
}

function read<Value>(reader: InputReader, { value, faults }: Read<Value>): Value {
  for (const fault of faults) reader.fault(fault);
  return value;
}

function readRecord(reader: InputReader): RecordKey | undefined {
  const text = reader.text('record');
  const key = parseRecordId(text);
  if (text !== '' && key === undefined)
    reader.fault({
      input: 'record',
      value: JSON.stringify(text),
      problem: "must be deploy-helm's output record: shop-prod/shop#4",
    });
  return key;
}

function readName(reader: InputReader): string {
  const name = reader.text('name') || 'smoke-test';
  if (!/^[\w.-]{1,60}$/.test(name))
    reader.fault({
      input: 'name',
      value: JSON.stringify(name),
      problem: 'letters, digits, dots and dashes, at most 60: deploy-helm names it in expects',
    });
  return name;
}
