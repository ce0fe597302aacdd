import { usualFile } from '../../lib/domain/environments/parse-file.ts';
import { clusterInputNames } from '../../lib/domain/inputs/cluster.ts';
import { InputReader } from '../../lib/domain/inputs/reader.ts';

/** What differs from run to run, and what is secret: handed to the actions that do the phases. */
const passedOn: readonly string[] = [
  // what
  'images',
  'version',
  'values',
  'identity',
  'chart-username',
  'chart-password',
  'chart-ca',
  // where
  ...clusterInputNames,
  'database',
  // as whom backups are kept
  'access-key-id',
  'secret-access-key',
  'session-token',
  'destination-ssh-key',
  // who said so
  'proposal',
  'approval',
];

export const inputNames: readonly string[] = [
  'environment',
  'target',
  'file',
  ...passedOn,
  'dry-run',
  'github-token',
  'job-id',
];

/** Inputs whose text is hidden from every log before anything is printed. */
export const secretInputs: readonly string[] = [
  'chart-password',
  'kubeconfig',
  'server-token',
  'database',
  'secret-access-key',
  'session-token',
  'destination-ssh-key',
  'github-token',
];

const inFile = (path: string): string => `stands in the file: ${path}`;

const instead = {
  release: inFile('release.deploy.release'),
  chart: inFile('release.deploy.chart'),
  namespace: inFile('environments.<name>.namespace'),
  'values-files': inFile('environments.<name>.values-files'),
  'environment-url': inFile('environments.<name>.url'),
  timeout: inFile('release.deploy.timeout'),
  destination: inFile('release.backup.destination'),
  checks: inFile('release.smoke.checks'),
  migration: inFile('release.migration'),
  expects: 'smoke-test is expected wherever the file has release.smoke',
  'on-failure': 'a release that fails is undone',
  token: 'use server-token for the cluster, github-token for GitHub',
};

/** Everything that one run of the release was asked to do, before the file is read. */
export interface Inputs {
  readonly environment: string;
  /** Empty: the environment has one. */
  readonly target: string;
  /** From the workspace. */
  readonly file: string;
  readonly dryRun: boolean;
  /** What was given of the inputs that are handed on to the phases. */
  readonly passed: Readonly<Record<string, string>>;
  /** Of the step: what the actions of the phases read of it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Reads the inputs; throws ConfigurationError with every fault at once. The actions of the phases read the rest. */
export function parseInputs(
  given: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): Inputs {
  const reader = new InputReader(given, { known: inputNames, instead });
  return reader.finish({
    environment: reader.required('environment'),
    target: reader.text('target'),
    file: reader.text('file') || usualFile,
    dryRun: reader.flag('dry-run'),
    passed: Object.fromEntries(
      passedOn.filter((name) => reader.has(name)).map((name) => [name, reader.text(name)]),
    ),
    env,
  });
}
