import type { Check } from '../../lib/domain/checks/types.ts';
import { parseChecks } from '../../lib/domain/checks/parse.ts';
import type { ClusterAccess } from '../../lib/domain/cluster.ts';
import type { Locator } from '../../lib/domain/database/locator.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { clusterInputNames, readCluster } from '../../lib/domain/inputs/cluster.ts';
import { readDatabase } from '../../lib/domain/inputs/database.ts';
import { InputReader } from '../../lib/domain/inputs/reader.ts';
import { readRelease } from '../../lib/domain/inputs/release.ts';
import type { ReleaseRef } from '../../lib/domain/kubernetes.ts';
import { parseRecordId } from '../../lib/domain/record/id.ts';
import type { From, To } from '../../lib/domain/rollback/types.ts';

export const inputNames: readonly string[] = [
  'release',
  'namespace',
  'from',
  'to',
  'reason',
  'verify',
  'database',
  ...clusterInputNames,
  'timeout',
  'gate',
  'ignore',
  'lock-timeout',
  'lock-takeover',
  'force',
  'force-conflicts',
  'free-stuck-pods',
  'dry-run',
  'environment',
  'environment-url',
  'github-token',
  'job-id',
];

/** Inputs whose text is hidden from every log before anything is printed. */
export const secretInputs = ['kubeconfig', 'server-token', 'database', 'github-token'] as const;

const instead = {
  revision: 'use to: a revision number',
  wait: 'always on',
  'cleanup-on-fail': 'use free-stuck-pods for pods that never became ready',
  checks: 'use verify',
  token: 'use server-token for the cluster, github-token for GitHub',
};

/** Everything that one run of rollback was asked to do. */
export interface Inputs {
  readonly release: ReleaseRef;
  /** Undefined: the deploy never got as far as a record, so there is nothing to undo. */
  readonly from: From | undefined;
  readonly to: To;
  readonly reason: string;
  /** Asked after the old version runs again. */
  readonly verify: readonly Check[];
  /** Whose schema is compared; undefined: none is, and the rollback says so. */
  readonly database: Locator | undefined;
  readonly cluster: ClusterAccess;
  readonly timeout: Milliseconds;
  readonly gate: readonly string[];
  readonly ignore: readonly string[];
  readonly lockTimeout: Milliseconds;
  readonly lockTakeover: 'proven' | 'expired';
  readonly force: boolean;
  readonly forceConflicts: boolean;
  readonly freeStuckPods: boolean;
  readonly dryRun: boolean;
  readonly environment: string;
  readonly environmentUrl: string;
}

/** Reads the inputs; throws ConfigurationError with every fault at once. */
export function parseInputs(
  given: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): Inputs {
  const reader = new InputReader(given, { known: inputNames, instead });
  const release = readRelease(reader);
  const timeout = reader.duration('timeout', 300_000);
  const verify = reader.has('verify')
    ? parseChecks(reader.text('verify'), 'verify', { namespace: release.namespace })
    : { value: [], faults: [] };
  for (const fault of verify.faults) reader.fault(fault);
  if (env['HELM_DRIVER'] && !['secret', 'secrets'].includes(env['HELM_DRIVER']))
    reader.fault({
      input: 'HELM_DRIVER',
      value: env['HELM_DRIVER'],
      problem: "only Helm's own default (secret) keeps a truthful history; unset it",
    });

  return reader.finish({
    release,
    from: readFrom(reader, release),
    to: readTo(reader, release),
    reason: reader.text('reason'),
    verify: verify.value,
    database: readDatabase(reader),
    cluster: readCluster(reader, env),
    timeout,
    gate: reader.lines('gate'),
    ignore: reader.lines('ignore'),
    lockTimeout: reader.duration('lock-timeout', 600_000),
    lockTakeover: reader.choice('lock-takeover', ['proven', 'expired']),
    force: reader.flag('force'),
    forceConflicts: reader.flag('force-conflicts'),
    freeStuckPods: reader.flag('free-stuck-pods'),
    dryRun: reader.flag('dry-run'),
    environment: reader.text('environment'),
    environmentUrl: reader.text('environment-url'),
  });
}

function readFrom(reader: InputReader, release: ReleaseRef): From | undefined {
  const text = reader.text('from');
  if (text === '') return undefined;
  if (text === 'running') return { kind: 'running' };
  checkRecord(reader, 'from', text, release, "running, or deploy-helm's output record (shop-prod/shop#4)");
  return { kind: 'record', id: text };
}

function readTo(reader: InputReader, release: ReleaseRef): To {
  const text = reader.text('to');
  if (text === '' || text === 'last-verified') return { kind: 'last-verified' };
  if (text === 'previous') return { kind: 'previous' };
  if (/^\d{1,6}$/.test(text) && Number(text) > 0) return { kind: 'revision', revision: Number(text) };
  checkRecord(
    reader,
    'to',
    text,
    release,
    'last-verified, previous, a revision (4) or a record (shop-prod/shop#4)',
  );
  return { kind: 'record', id: text };
}

function checkRecord(
  reader: InputReader,
  input: string,
  text: string,
  { name, namespace }: ReleaseRef,
  allowed: string,
): void {
  const key = parseRecordId(text);
  if (key === undefined) reader.fault({ input, value: JSON.stringify(text), problem: `must be ${allowed}` });
  else if (name !== '' && namespace !== '' && (key.namespace !== namespace || key.release !== name))
    reader.fault({ input, value: text, problem: `is a record of another release than ${namespace}/${name}` });
}
