import type { ChartAccess, ChartSource } from '../../lib/domain/chart.ts';
import type { ClusterAccess } from '../../lib/domain/cluster.ts';
import type { Locator } from '../../lib/domain/database/locator.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { readExtraArgs } from '../../lib/domain/helm/extra-args.ts';
import type { Proposal } from '../../lib/domain/gate/proposal.ts';
import { parsePlacements } from '../../lib/domain/images/place.ts';
import type { ImagePlacement } from '../../lib/domain/images/place.ts';
import { readChartAccess, readChartSource } from '../../lib/domain/inputs/chart.ts';
import { clusterInputNames, readCluster } from '../../lib/domain/inputs/cluster.ts';
import { readDatabase } from '../../lib/domain/inputs/database.ts';
import { readProposal } from '../../lib/domain/inputs/proposal.ts';
import { InputReader } from '../../lib/domain/inputs/reader.ts';
import { readRelease } from '../../lib/domain/inputs/release.ts';
import type { ReleaseRef } from '../../lib/domain/kubernetes.ts';
import type { FailFast } from '../../lib/domain/verdict/types.ts';

export const inputNames: readonly string[] = [
  // what
  'release',
  'namespace',
  'create-namespace',
  'chart',
  'repo',
  'version',
  'chart-username',
  'chart-password',
  'chart-ca',
  'dependency-update',
  'values',
  'values-files',
  'images',
  // where
  ...clusterInputNames,
  // what was approved
  'proposal',
  'approval',
  // how
  'timeout',
  'undo-timeout',
  'fail-fast',
  'gate',
  'ignore',
  'on-failure',
  'on-first-failure',
  'on-cancel',
  'expects',
  'database',
  'if-unchanged',
  'crds',
  'tests',
  'dry-run',
  'diff',
  'history-max',
  'take-ownership',
  'force-conflicts',
  'lock-timeout',
  'lock-takeover',
  'extra-args',
  // GitHub
  'environment',
  'environment-url',
  'github-token',
  'job-id',
];

/** Inputs whose text is hidden from every log before anything is printed. */
export const secretInputs = [
  'chart-password',
  'kubeconfig',
  'server-token',
  'database',
  'github-token',
] as const;

/** What Helm's users write from habit, and what to write here. */
const instead = {
  atomic: 'on-failure: rollback is the default',
  'rollback-on-failure': 'on-failure: rollback is the default',
  'cleanup-on-fail': 'on-failure: rollback is the default',
  wait: 'always on; ignore: names what need not become ready',
  'wait-for-jobs': 'Jobs are always waited for; ignore: names those that need not finish',
  set: 'use values (YAML), which never reaches a command line',
  'set-string': 'use values (YAML), which never reaches a command line',
  'set-file': 'use values-files',
  'value-files': 'use values-files',
  name: 'use release',
  install: 'always on',
  force: 'use force-conflicts, or delete the object by hand',
  token: 'use server-token for the cluster, github-token for GitHub',
};

/** Everything that one run of deploy-helm was asked to do. */
export interface Inputs {
  readonly release: ReleaseRef;
  readonly chart: ChartSource;
  readonly chartAccess: ChartAccess;
  readonly dependencyUpdate: boolean;
  readonly createNamespace: boolean;
  /** Inline values, YAML as written; they go to a 0600 file. */
  readonly values: string;
  readonly valuesFiles: readonly string[];
  readonly images: readonly ImagePlacement[];
  /** What was approved; undefined: nobody proposed anything. */
  readonly proposal: Proposal | undefined;
  /** Path of the decision by which the gate let it out; empty: nobody says who did. */
  readonly approval: string;
  readonly cluster: ClusterAccess;
  readonly timeout: Milliseconds;
  readonly undoTimeout: Milliseconds;
  readonly failFast: FailFast;
  readonly gate: readonly string[];
  readonly ignore: readonly string[];
  readonly onFailure: 'rollback' | 'leave';
  readonly onFirstFailure: 'leave' | 'uninstall';
  readonly onCancel: 'undo' | 'finish' | 'leave';
  readonly expects: readonly string[];
  /** Whose schema the record keeps and an undo compares; undefined: none is, and an undo says so. */
  readonly database: Locator | undefined;
  readonly ifUnchanged: 'deploy' | 'skip';
  readonly crds: 'install' | 'upgrade' | 'skip';
  readonly tests: boolean;
  readonly dryRun: boolean;
  readonly diff: 'summary' | 'full' | 'off';
  readonly historyMax: number;
  readonly takeOwnership: boolean;
  readonly forceConflicts: boolean;
  readonly environment: string;
  readonly environmentUrl: string;
  readonly lockTimeout: Milliseconds;
  readonly lockTakeover: 'proven' | 'expired';
  readonly extraArgs: readonly string[];
}

/** Reads the inputs; throws ConfigurationError with every fault at once. */
export function parseInputs(
  given: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): Inputs {
  const reader = new InputReader(given, { known: inputNames, instead });
  const timeout = reader.duration('timeout', 300_000);
  const images = parsePlacements(reader.lines('images'));
  const extraArgs = readExtraArgs(reader.lines('extra-args'));
  for (const fault of [...images.faults, ...extraArgs.faults]) reader.fault(fault);
  if (env['HELM_DRIVER'] && !['secret', 'secrets'].includes(env['HELM_DRIVER'])) {
    reader.fault({
      input: 'HELM_DRIVER',
      value: env['HELM_DRIVER'],
      problem: "only Helm's own default (secret) keeps a truthful history; unset it",
    });
  }

  return reader.finish({
    release: readRelease(reader),
    chart: readChartSource(reader),
    chartAccess: readChartAccess(reader),
    dependencyUpdate: reader.flag('dependency-update'),
    createNamespace: reader.flag('create-namespace'),
    values: reader.yamlMap('values'),
    valuesFiles: reader.lines('values-files'),
    images: images.placements,
    proposal: readProposal(reader),
    approval: reader.text('approval'),
    cluster: readCluster(reader, env),
    timeout,
    undoTimeout: reader.duration('undo-timeout', timeout),
    failFast: reader.choice('fail-fast', ['balanced', 'strict', 'off']),
    gate: reader.lines('gate'),
    ignore: reader.lines('ignore'),
    onFailure: reader.choice('on-failure', ['rollback', 'leave']),
    onFirstFailure: reader.choice('on-first-failure', ['leave', 'uninstall']),
    onCancel: reader.choice('on-cancel', ['undo', 'finish', 'leave']),
    expects: reader.lines('expects'),
    database: readDatabase(reader),
    ifUnchanged: reader.choice('if-unchanged', ['deploy', 'skip']),
    crds: reader.choice('crds', ['install', 'upgrade', 'skip']),
    tests: reader.flag('tests'),
    dryRun: reader.flag('dry-run'),
    diff: reader.choice('diff', ['summary', 'full', 'off']),
    historyMax: reader.integer('history-max', { min: 2, max: 256 }) ?? 10,
    takeOwnership: reader.flag('take-ownership'),
    forceConflicts: reader.flag('force-conflicts'),
    environment: reader.text('environment'),
    environmentUrl: reader.text('environment-url'),
    lockTimeout: reader.duration('lock-timeout', 600_000),
    lockTakeover: reader.choice('lock-takeover', ['proven', 'expired']),
    extraArgs: extraArgs.args,
  });
}
