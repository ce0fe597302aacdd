/** `release` of `.github/slipway.yml`: which phases a release has, each with the inputs of the action that does it. */
import { kindOf } from '../checks/fields.ts';
import type { Fields } from '../checks/fields.ts';
import { readCommand } from '../checks/parse-command.ts';
import type { Fault } from '../errors.ts';
import { undoAbilities } from '../gate/migrations.ts';
import type { Migration } from './migration.ts';

/** As an action's `with:` would have them. */
export type PhaseInputs = Readonly<Record<string, string>>;

export interface ReleaseSection {
  readonly deploy: PhaseInputs;
  readonly backup: PhaseInputs | undefined;
  readonly migration: Migration | undefined;
  readonly smoke: PhaseInputs | undefined;
}

/** `text`: one word or number. `lines`: one per line, or a list. `yaml`: a map, a list, or a word. */
type Form = 'text' | 'lines' | 'yaml';
type Forms = Readonly<Record<string, Form>>;

/** Inputs of deploy-helm that are the same for every run; what differs per run or is secret stays an input. */
const deployForms: Forms = {
  release: 'text',
  chart: 'text',
  repo: 'text',
  'dependency-update': 'text',
  'create-namespace': 'text',
  timeout: 'text',
  'undo-timeout': 'text',
  'fail-fast': 'text',
  gate: 'lines',
  ignore: 'lines',
  'on-first-failure': 'text',
  'if-unchanged': 'text',
  crds: 'text',
  tests: 'text',
  diff: 'text',
  'history-max': 'text',
  'take-ownership': 'text',
  'force-conflicts': 'text',
  'lock-timeout': 'text',
  'lock-takeover': 'text',
  'extra-args': 'lines',
};

/** Of backup-db; the database itself and the credentials are inputs. */
const backupForms: Forms = {
  destination: 'text',
  endpoint: 'text',
  region: 'text',
  sse: 'text',
  'destination-known-hosts': 'text',
  'destination-jump': 'text',
  recipients: 'lines',
  compression: 'text',
  verify: 'text',
  scratch: 'yaml',
  fingerprint: 'text',
  images: 'lines',
  keep: 'yaml',
  globals: 'text',
  'exclude-tables': 'lines',
  'allow-empty': 'text',
  'extra-args': 'lines',
  'max-throughput': 'text',
  lock: 'text',
  timeout: 'text',
};

/** Of smoke-test. */
const smokeForms: Forms = {
  url: 'text',
  checks: 'yaml',
  identity: 'yaml',
  suite: 'yaml',
  timeout: 'text',
  interval: 'text',
  consecutive: 'text',
  concurrency: 'text',
};

const phases = ['deploy', 'backup', 'migration', 'smoke'];
const migrationKeys = ['command', 'undo', 'undo-command', 'directory', 'timeout'];

/** Reads the map `release`; undefined where the file has none. What an input may hold, its action says later. */
export function readReleaseSection(file: Fields, faults: Fault[]): ReleaseSection | undefined {
  const fields = file.nested('release', phases);
  if (fields === undefined) return undefined;
  if (!fields.has('deploy'))
    fields.fault('deploy', 'is required: its record is the journal of all the other phases', 'empty');
  return {
    deploy: readPhase(fields, 'deploy', deployForms, faults) ?? {},
    backup: readPhase(fields, 'backup', backupForms, faults),
    migration: readMigration(fields),
    smoke: readPhase(fields, 'smoke', smokeForms, faults),
  };
}

function readPhase(release: Fields, phase: string, forms: Forms, faults: Fault[]): PhaseInputs | undefined {
  const fields = release.nested(phase, Object.keys(forms));
  if (fields === undefined) return undefined;
  const given = Object.entries(forms).filter(([key]) => fields.has(key));
  return Object.fromEntries(given.map(([key, form]) => [key, asInput(fields, key, form, faults)]));
}

function asInput(fields: Fields, key: string, form: Form, faults: Fault[]): string {
  if (form === 'text') return fields.text(key);
  if (form === 'lines') return fields.texts(key).join('\n');
  const value = fields.raw(key);
  if (typeof value === 'object') return JSON.stringify(value);
  if (typeof value === 'string') return value;
  faults.push({
    input: fields.at(key),
    value: kindOf(value),
    problem: "must be a map, a list or a word, as the action's input of that name",
  });
  return '';
}

const tenMinutes = 600_000;

function readMigration(release: Fields): Migration | undefined {
  const fields = release.nested('migration', migrationKeys);
  if (fields === undefined) return undefined;
  const command = readCommand(fields);
  if (command.length === 0) fields.fault('command', 'is needed: what migrates the database?', 'empty');
  if (!fields.has('undo'))
    fields.fault('undo', `is required, for whoever approves reads it: ${undoAbilities.join(', ')}`, 'empty');
  const undo = fields.choice('undo', undoAbilities);
  return {
    command,
    undo,
    undoCommand: readUndoCommand(fields, undo),
    directory: fields.text('directory'),
    timeout: fields.duration('timeout', tenMinutes),
  };
}

function readUndoCommand(fields: Fields, undo: Migration['undo']): readonly string[] {
  const given = fields.has('undo-command');
  if (fields.has('undo') && undo === 'automatic' && !given)
    fields.fault('undo-command', 'is needed: undo: automatic runs it', 'empty');
  if (undo !== 'automatic' && given)
    fields.fault('undo-command', `belongs to undo: automatic; this is undo: ${undo}`);
  return given ? readCommand(fields, 'undo-command') : [];
}
