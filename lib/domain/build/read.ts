/** Reads the inputs that docker/build-push-action has, under its names. */
import type { InputReader } from '../inputs/reader.ts';
import { buildArgProblem, holdsSecret } from './build-args.ts';
import { dockerfileOf } from './intent.ts';
import type { BuildIntent } from './intent.ts';
import { isReserved } from './labels.ts';
import { fieldsOf, parseList } from './list.ts';
import type { ListOptions } from './list.ts';
import { unseen } from './places.ts';
import type { Look } from './places.ts';
import { readSecrets } from './secrets.ts';

/** Those of docker/build-push-action that say what is built, and how. */
export const buildInputNames = [
  'context',
  'file',
  'target',
  'platforms',
  'build-args',
  'build-contexts',
  'secrets',
  'secret-files',
  'secret-envs',
  'ssh',
  'cache-from',
  'cache-to',
  'pull',
  'no-cache',
  'no-cache-filters',
  'labels',
  'annotations',
  'load',
  'provenance',
  'sbom',
  'attests',
  'outputs',
  'network',
  'add-hosts',
  'allow',
  'shm-size',
  'ulimit',
  'cgroup-parent',
] as const;

export interface ReadOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Undefined: the disk is not looked at. */
  readonly look: Look | undefined;
  /** Values that must not be built in, besides the build's own secrets. */
  readonly knownSecrets: readonly string[];
}

/** Every fault goes to the reader. */
export function readBuild(reader: InputReader, { env, look, knownSecrets }: ReadOptions): BuildIntent {
  const lines = (name: string, options?: ListOptions): string[] => parseList(reader.text(name), options);
  const whole = { keepCommas: true };
  const secrets = readSecrets(reader, env, look);
  const intent: BuildIntent = {
    context: reader.text('context') || '.',
    file: some(reader.text('file')),
    target: some(reader.text('target')),
    platforms: lines('platforms'),
    buildArgs: lines('build-args', whole),
    buildContexts: lines('build-contexts', whole),
    secrets: secrets.secrets,
    ssh: lines('ssh'),
    cacheFrom: lines('cache-from', whole),
    cacheTo: lines('cache-to', whole),
    pull: reader.flag('pull'),
    noCache: reader.flag('no-cache'),
    noCacheFilters: lines('no-cache-filters'),
    labels: lines('labels', whole),
    annotations: lines('annotations', whole),
    provenance: attestation(reader.text('provenance')),
    sbom: attestation(reader.text('sbom')),
    attests: lines('attests', whole),
    outputs: lines('outputs', { keepCommas: true, keepQuotes: true }),
    load: reader.flag('load'),
    network: some(reader.text('network')),
    addHosts: lines('add-hosts'),
    allow: lines('allow'),
    shmSize: some(reader.text('shm-size')),
    ulimit: lines('ulimit', whole),
    cgroupParent: some(reader.text('cgroup-parent')),
  };
  checkPlaces(reader, intent, look ?? (() => undefined));
  checkPlatforms(reader, intent);
  checkOutputs(reader, intent);
  checkKeys(reader, intent);
  checkSecrets(reader, intent, [...knownSecrets, ...secrets.values], env);
  return intent;
}

const some = (text: string): string | undefined => (text === '' ? undefined : text);

const attestation = (text: string): string | undefined =>
  text === '' || text.toLowerCase() === 'false' ? undefined : text;

function checkPlaces(
  reader: InputReader,
  intent: BuildIntent,
  look: (path: string) => ReturnType<Look> | undefined,
): void {
  const { context } = intent;
  const refuse = (input: string, path: string, problem: string): void =>
    reader.fault({ input, value: JSON.stringify(path), problem });
  if (/^(https?|git|ssh):\/\/|^git@|^\{\{/.test(context)) {
    refuse(
      'context',
      context,
      'is no folder; check the repository out (actions/checkout) and write . for its root',
    );
    return;
  }
  const folder = look(context) ?? unseen('folder');
  if (folder.kind !== 'folder')
    refuse('context', context, `there is no such folder in the workspace${checkout}`);
  else if (!folder.inside)
    refuse('context', context, 'is outside the workspace; only what is checked out is built');
  const dockerfile = dockerfileOf(intent);
  const file = look(dockerfile) ?? unseen('file');
  if (folder.kind === 'folder' && folder.inside && file.kind !== 'file')
    refuse(
      'file',
      dockerfile,
      `there is no such file${intent.file === undefined ? '; name the Dockerfile with file' : ', from the root of the workspace'}`,
    );
  for (const entry of intent.buildContexts) {
    const [name = '', ...rest] = entry.split('=');
    const path = rest.join('=');
    if (name === '' || path === '')
      refuse('build-contexts', entry, 'write name=path or name=docker-image://…');
    else if (!isRemote(path) && (look(path) ?? unseen('folder')).kind !== 'folder')
      refuse('build-contexts', entry, 'there is no such folder');
    else if (!isRemote(path) && !(look(path) ?? unseen('folder')).inside)
      refuse('build-contexts', entry, 'is outside the workspace; only what is checked out is built');
  }
}

const checkout = '; did actions/checkout run before?';
const isRemote = (path: string): boolean => /^[a-z][a-z0-9-]*:\/\/|^git@|^target:/.test(path);

function checkPlatforms(reader: InputReader, { platforms, load }: BuildIntent): void {
  for (const platform of platforms) {
    if (!/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9.]+)?$/.test(platform))
      reader.fault({
        input: 'platforms',
        value: JSON.stringify(platform),
        problem: 'write os/architecture: linux/amd64, linux/arm64',
      });
  }
  if (load && platforms.length > 1)
    reader.fault({
      input: 'load + platforms',
      value: platforms.join(','),
      problem:
        'a Docker engine takes one platform; leave load out (verify-command gets every platform from the registry)',
    });
}

/** What is pushed there has a tag before it was verified. */
function checkOutputs(reader: InputReader, { outputs }: BuildIntent): void {
  for (const output of outputs) {
    const fields = new Map(fieldsOf(output).map((field) => splitAt(field)));
    const type = fields.get('type');
    const pushes = type === 'registry' || (fields.has('push') && fields.get('push') !== 'false');
    if (pushes)
      reader.fault({
        input: 'outputs',
        value: JSON.stringify(output),
        problem: 'would push past the checks; name the repository under images and the tag under tags',
      });
  }
}

/** The labels of a merge, which become annotations of the index. */
export function readLabels(reader: InputReader): string[] {
  const labels = parseList(reader.text('labels'), { keepCommas: true });
  checkKeys(reader, { labels, annotations: [] });
  return labels;
}

function checkKeys(
  reader: InputReader,
  { labels, annotations }: Pick<BuildIntent, 'labels' | 'annotations'>,
): void {
  for (const [input, entries] of [
    ['labels', labels],
    ['annotations', annotations],
  ] as const) {
    for (const entry of entries) {
      if (!/^[^=]+=/.test(entry))
        reader.fault({ input, value: JSON.stringify(entry), problem: 'write key=value' });
      else if (isReserved(entry))
        reader.fault({
          input,
          value: JSON.stringify(entry),
          problem: 'dev.slipway.… is written by this step alone',
        });
    }
  }
}

function checkSecrets(
  reader: InputReader,
  { buildArgs, labels, annotations }: BuildIntent,
  known: readonly string[],
  env: ReadOptions['env'],
): void {
  for (const argument of buildArgs) {
    const problem = buildArgProblem(argument, known, env);
    if (problem !== undefined) reader.fault({ input: 'build-args', problem });
  }
  for (const [input, entries] of [
    ['labels', labels],
    ['annotations', annotations],
  ] as const) {
    for (const entry of entries.filter((each) => holdsSecret(each, known)))
      reader.fault({
        input,
        problem: `${splitAt(entry)[0]} holds a secret, and everybody who pulls the image reads it`,
      });
  }
}

const splitAt = (field: string): [key: string, value: string] => {
  const at = field.indexOf('=');
  return at === -1 ? [field.trim(), ''] : [field.slice(0, at).trim(), field.slice(at + 1).trim()];
};
