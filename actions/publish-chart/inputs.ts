import type { ChartAccess } from '../../lib/domain/chart.ts';
import { readChartAccess } from '../../lib/domain/inputs/chart.ts';
import { InputReader } from '../../lib/domain/inputs/reader.ts';
import { readRegistries } from '../../lib/domain/inputs/registries.ts';
import type { RegistryLogin } from '../../lib/domain/inputs/registries.ts';
import { readSigning } from '../../lib/domain/inputs/signing.ts';
import { parseDestination } from '../../lib/domain/published-chart/destination.ts';
import type { Destination } from '../../lib/domain/published-chart/types.ts';
import { versionProblem } from '../../lib/domain/published-chart/version.ts';
import type { SigningKey } from '../../lib/domain/signing.ts';

export const inputNames: readonly string[] = [
  // what
  'chart',
  'version',
  'app-version',
  'dependency-update',
  'lint',
  'values-files',
  'chart-username',
  'chart-password',
  'chart-ca',
  // where to
  'destination',
  'registries',
  // how
  'sign',
  'sign-key',
  'dry-run',
];

/** Inputs whose text is hidden from every log before anything is printed. */
export const secretInputs = ['chart-password'] as const;

const instead = {
  repository: 'use destination: oci://registry/folder, or the URL of a ChartMuseum',
  registry: 'use destination: oci://registry/folder, and registries for the login',
  username: 'use registries: - {registry: …, username: …, password: …}',
  password: 'use registries: - {registry: …, username: …, password: …}',
  force: 'a version that is published stays as it is: give the chart another version',
  'chart-version': 'use version',
  appversion: 'use app-version',
};

/** Everything that one run of publish-chart was asked to do. */
export interface Inputs {
  /** Folder or archive, from the workspace. */
  readonly chart: string;
  /** Undefined: as in Chart.yaml. */
  readonly version: string | undefined;
  readonly appVersion: string | undefined;
  readonly dependencyUpdate: boolean;
  readonly dependencyAccess: ChartAccess;
  readonly lint: 'errors' | 'warnings' | 'off';
  readonly valuesFiles: readonly string[];
  readonly destinations: readonly Destination[];
  readonly registries: readonly RegistryLogin[];
  /** Undefined: nothing is signed. */
  readonly sign: SigningKey | undefined;
  readonly dryRun: boolean;
  /** Where GitHub is: who vouches for a keyless signature. */
  readonly server: string;
}

/** Reads the inputs; throws ConfigurationError with every fault at once. */
export function parseInputs(
  given: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): Inputs {
  const reader = new InputReader(given, { known: inputNames, instead });
  const chart = reader.required('chart');
  if (/^\w+:\/\//.test(chart))
    reader.fault({
      input: 'chart',
      value: JSON.stringify(chart),
      problem: 'must be a folder or a .tgz of this workspace; promote copies a chart that is published',
    });
  return reader.finish({
    chart,
    version: readVersion(reader),
    appVersion: reader.text('app-version') || undefined,
    dependencyUpdate: reader.flag('dependency-update', true),
    dependencyAccess: readChartAccess(reader),
    lint: reader.choice('lint', ['errors', 'warnings', 'off']),
    valuesFiles: reader.lines('values-files'),
    destinations: readDestinations(reader),
    registries: readRegistries(reader, env),
    sign: readSigning(reader),
    dryRun: reader.flag('dry-run'),
    server: env['GITHUB_SERVER_URL'] || 'https://github.com',
  });
}

function readVersion(reader: InputReader): string | undefined {
  const version = reader.text('version');
  if (version === '') return undefined;
  const problem = versionProblem(version);
  if (problem !== undefined) reader.fault({ input: 'version', value: JSON.stringify(version), problem });
  return version;
}

function readDestinations(reader: InputReader): Destination[] {
  if (!reader.has('destination')) reader.required('destination');
  return reader.lines('destination').flatMap((line) => {
    const parsed = parseDestination(line);
    if (parsed.kind === 'destination') return [parsed.destination];
    reader.fault({ input: 'destination', value: JSON.stringify(line), problem: parsed.problem });
    return [];
  });
}
