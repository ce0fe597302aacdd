import { isMap } from '../../lib/domain/checks/fields.ts';
import { readYaml } from '../../lib/domain/checks/yaml.ts';
import { locatorKeys } from '../../lib/domain/database/parse-locator.ts';
import { withLines } from '../../lib/domain/environments/parse-file.ts';
import type { Environment, SlipwayFile, Target } from '../../lib/domain/environments/types.ts';
import { ConfigurationError } from '../../lib/domain/errors.ts';
import type { Fault } from '../../lib/domain/errors.ts';
import { clusterInputNames, readCluster } from '../../lib/domain/inputs/cluster.ts';
import type { ClusterAccess } from '../../lib/domain/cluster.ts';
import { InputReader } from '../../lib/domain/inputs/reader.ts';
import { parseRecordId } from '../../lib/domain/record/id.ts';
import type { Migration } from '../../lib/domain/release/migration.ts';
import type { PhaseInputs, ReleaseSection } from '../../lib/domain/release/section.ts';
import { closest } from '../../lib/domain/suggest.ts';
import { parseInputs as parseBackup } from '../backup-db/inputs.ts';
import type { BackupInputs } from '../backup-db/inputs.ts';
import { parseInputs as parseDeploy } from '../deploy-helm/inputs.ts';
import type { Inputs as DeployInputs } from '../deploy-helm/inputs.ts';
import { parseInputs as parseRollback } from '../rollback/inputs.ts';
import type { Inputs as RollbackInputs } from '../rollback/inputs.ts';
import { parseInputs as parseSmoke } from '../smoke-test/inputs.ts';
import type { Inputs as SmokeInputs } from '../smoke-test/inputs.ts';
import type { Inputs } from './inputs.ts';

/** The phases of one release, each as its own action understands it. */
export interface Phases {
  readonly environment: string;
  readonly url: string;
  readonly cluster: ClusterAccess;
  readonly backup: BackupInputs | undefined;
  readonly migration: Migration | undefined;
  readonly deploy: DeployInputs;
  /** `record`: of the release that is asked. Undefined where nothing is. */
  readonly smoke: ((record: string) => SmokeInputs) | undefined;
  /** Of the release whose record this is, to the last verified state. */
  readonly rollback: (record: string, reason: string) => RollbackInputs;
}

/** The verdict that the record expects where the file has `release.smoke`. */
const smokeVerdict = 'smoke-test';

type Given = Readonly<Record<string, string>>;

/**
 * What the file and the inputs make of the phases. Each action's own reader judges its part; throws ConfigurationError
 * with every fault, those of the file with their line. `text` is the file's.
 */
export function phasesOf(file: SlipwayFile, text: string, inputs: Inputs): Phases {
  const { environment, section, place } = chosen(file, inputs);
  const faults: Fault[] = [];
  const shared = { passed: inputs.passed, env: inputs.env, environment: environment.name, faults };
  const { passed } = inputs;

  const deployInputs: Given = {
    ...section.deploy,
    namespace: place.namespace,
    'values-files': place.valuesFiles.join('\n'),
    environment: environment.name,
    'environment-url': place.url,
    ...only(passed, 'images', 'version', 'values', 'chart-username', 'chart-password', 'chart-ca'),
    ...only(passed, ...clusterInputNames, 'database', 'proposal', 'approval'),
    ...(section.smoke === undefined ? {} : { expects: smokeVerdict }),
    'dry-run': String(inputs.dryRun),
  };
  const deploy = read('deploy', deployInputs, section.deploy, parseDeploy, shared);
  const backup =
    section.backup && read('backup', ofBackup(section.backup, inputs), section.backup, parseBackup, shared);
  const smoke = section.smoke && smokeOf(section.smoke, deployInputs, inputs);
  if (smoke !== undefined) read('smoke', smoke(smokePlaceholder), section.smoke ?? {}, parseSmoke, shared);
  checkMigration(section, passed, faults);
  if (faults.length > 0 || deploy === undefined)
    throw new ConfigurationError(told(faults, text, inputs.file));

  return {
    environment: environment.name,
    url: place.url,
    cluster: readCluster(new InputReader(passed, { known: Object.keys(passed) }), inputs.env),
    backup: backup?.mode === 'backup' ? { ...backup, dryRun: inputs.dryRun } : undefined,
    migration: section.migration,
    deploy,
    smoke: smoke && ((record) => parseSmoke(smoke(record), inputs.env)),
    rollback: (record, reason) =>
      parseRollback(ofRollback(record, reason, deployInputs, section), inputs.env),
  };
}

/** Reads the inputs of the smoke test before there is a record. */
export const smokePlaceholder = 'namespace/release#1';

interface Chosen {
  readonly environment: Environment;
  readonly section: ReleaseSection;
  readonly place: Target;
}

function chosen({ environments, release }: SlipwayFile, { environment: name, target, file }: Inputs): Chosen {
  const environment = environments.find((each) => each.name === name);
  const faults: Fault[] = [];
  if (environment === undefined) faults.push(unknown('environment', name, environments, file));
  if (release === undefined)
    faults.push({
      input: `${file} release`,
      value: 'empty',
      problem: 'is required: which phases does a release have?',
    });
  const targets = environment?.targets ?? [];
  const named = targets.find((each) => each.name === target);
  const place = target === '' && targets.length === 1 ? targets[0] : named;
  if (environment !== undefined && place === undefined)
    faults.push(
      target === ''
        ? { input: 'target', value: 'empty', problem: `is required: ${name} has ${namesOf(targets)}` }
        : unknown('target', target, targets, name),
    );
  if (environment === undefined || release === undefined || place === undefined)
    throw new ConfigurationError(faults);
  return { environment, section: release, place };
}

const namesOf = (all: readonly { readonly name: string }[]): string => all.map(({ name }) => name).join(', ');

function unknown(
  input: string,
  value: string,
  all: readonly { readonly name: string }[],
  where: string,
): Fault {
  const near = closest(
    value,
    all.map(({ name }) => name),
  );
  const advice = near === undefined ? `${where} has ${namesOf(all)}` : `did you mean ${near}?`;
  return { input, value: JSON.stringify(value), problem: `is not in ${where}; ${advice}` };
}

const only = (given: Given, ...names: readonly string[]): Given =>
  Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));

interface Shared {
  readonly env: Inputs['env'];
  readonly passed: Given;
  readonly environment: string;
  readonly faults: Fault[];
}

/** By the action's own reader. What it finds wrong is told by the place where its author wrote it. */
function read<Value>(
  phase: string,
  given: Given,
  section: PhaseInputs,
  parse: (given: Given, env: Inputs['env']) => Value,
  shared: Shared,
): Value | undefined {
  const { env, faults } = shared;
  try {
    return parse(given, env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const fault of error.faults) {
      const input = placeOf(phase, fault.input, section, shared);
      // The cluster and the database are read by more than one action.
      const isTold = faults.some((each) => each.input === input && each.problem === fault.problem);
      // One database for all: what is wrong with it, deploy-helm's reader says; that it is missing is said below.
      if (!isTold && !(phase === 'backup' && isOfDatabase(headOf(fault.input))))
        faults.push({ ...fault, input });
    }
    return undefined;
  }
}

const headOf = (input: string): string => /^[a-zA-Z_-]+/.exec(input)?.[0] ?? '';

/** Where the author wrote it: in the phase's part of the file, at the environment, or as an input of the step. */
function placeOf(
  phase: string,
  input: string,
  section: PhaseInputs,
  { passed, environment }: Shared,
): string {
  const head = headOf(input);
  if (section[head] !== undefined) return `$.release.${phase}.${input}`;
  const ofEnvironment = fromEnvironment[head];
  if (ofEnvironment !== undefined) return `$.environments.${environment}.${ofEnvironment}`;
  if (passed[head] !== undefined || onlyInputs.includes(head)) return input;
  return `$.release.${phase}.${input}`;
}

/** Inputs of the actions → keys of an environment in the file. */
const fromEnvironment: Given = {
  namespace: 'namespace',
  'values-files': 'values-files',
  'environment-url': 'url',
};

const isOfDatabase = (name: string): boolean => locatorKeys.some((key) => key === name);

/** Where nothing was given, the remedy is an input of the step: these never stand in the file. */
const onlyInputs: readonly string[] = [
  'kubeconfig',
  'database',
  'images',
  'version',
  'values',
  'proposal',
  'approval',
  'HELM_DRIVER',
  'access-key-id',
  'secret-access-key',
  'session-token',
  'destination-ssh-key',
];

/** One database for all phases: `database`, as deploy-helm takes it; a backup takes the same, key by key. */
function ofBackup(section: PhaseInputs, { passed }: Inputs): Given {
  const database = databaseKeys(passed['database'] ?? '');
  const inCluster =
    'kubernetes' in database || /^pod$|"(pod|kubernetes)"|\b(pod|kubernetes):/.test(section['scratch'] ?? '');
  return {
    ...section,
    ...database,
    ...only(passed, 'access-key-id', 'secret-access-key', 'session-token', 'destination-ssh-key'),
    ...(inCluster ? only(passed, ...clusterInputNames) : {}),
  };
}

/** Empty where it cannot be read: deploy-helm's reader says why. */
function databaseKeys(text: string): Given {
  const map = text === '' ? undefined : readYaml(text, 'database', []);
  if (!isMap(map)) return {};
  const entries = Object.entries(map).map(([key, value]): [string, string] => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(entries.filter(([key]) => isOfDatabase(key)));
}

/** Without a question of its own, the environment's address is asked. */
function smokeOf(section: PhaseInputs, deploy: Given, { passed }: Inputs): (record: string) => Given {
  const takesUrl = section['checks'] === undefined || section['identity'] !== undefined;
  const url = section['url'] ?? (takesUrl ? deploy['environment-url'] : '');
  const common = {
    ...section,
    ...(section['identity'] === undefined ? {} : { identity: identityOf(section['identity'], passed) }),
    url: url ?? '',
    namespace: deploy['namespace'] ?? '',
    name: smokeVerdict,
  };
  return (record) => ({ ...common, record, ...only(passed, ...clusterInputNames, 'database') });
}

/** How it is asked stands in the file; what is to be answered differs from run to run. */
function identityOf(asked: string, { identity: equals }: Given): string {
  const map = equals === undefined ? undefined : readYaml(asked, 'identity', []);
  return isMap(map) ? JSON.stringify({ ...map, equals }) : asked;
}

function ofRollback(record: string, reason: string, deploy: Given, section: ReleaseSection): Given {
  const { release = '', namespace = '' } = { ...deploy, ...parseRecordId(record) };
  const undoTimeout = section.deploy['undo-timeout'] ?? section.deploy['timeout'];
  return {
    ...only(deploy, 'environment', 'environment-url', 'database', ...clusterInputNames),
    ...only(section.deploy, 'gate', 'ignore', 'lock-timeout', 'lock-takeover', 'force-conflicts'),
    release,
    namespace,
    from: record,
    reason,
    ...(undoTimeout === undefined ? {} : { timeout: undoTimeout }),
  };
}

function checkMigration({ migration, backup }: ReleaseSection, passed: Given, faults: Fault[]): void {
  if (passed['database'] !== undefined) return;
  if (migration?.undo === 'automatic')
    faults.push({
      input: 'database',
      value: 'empty',
      problem:
        'is required by undo: automatic: whether something was migrated, and is taken back, is read there',
    });
  else if (backup !== undefined)
    faults.push({
      input: 'database',
      value: 'empty',
      problem: 'is required by release.backup: what is backed up?',
    });
}

/** Faults of the file with their line and in its order, after those of the inputs. */
function told(faults: readonly Fault[], text: string, file: string): Fault[] {
  const ofFile = faults.filter(({ input }) => input.startsWith('$.'));
  return [...faults.filter((fault) => !ofFile.includes(fault)), ...withLines(ofFile, text, file)];
}
