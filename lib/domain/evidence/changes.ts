/** What a release changed of one workload: names, images and numbers, never a value of env, ConfigMap or Secret. */
import { podSpecsOf } from '../images/rendered.ts';
import { isMap } from '../images/values-path.ts';
import { describeObject, type ObjectId } from '../kubernetes.ts';
import type { ManifestObject } from '../manifest/parse.ts';
import { objectKey } from '../verdict/types.ts';
import { oneLine } from '../words.ts';
import { configChanges } from './config-changes.ts';
import { withoutSecretWords } from './secret-words.ts';

type Fields = Readonly<Record<string, unknown>>;

const longestLine = 400;

/** One line for each thing that differs between two releases' manifests; `before` is undefined for a first release. */
export function changesOf(
  id: ObjectId,
  before: readonly ManifestObject[] | undefined,
  after: readonly ManifestObject[],
): string[] {
  const find = (objects: readonly ManifestObject[]): Fields | undefined => {
    const object = objects.find((each) => objectKey(each.id) === objectKey(id))?.object;
    return object === undefined ? undefined : podSpecsOf(object)[0];
  };
  const is = find(after);
  if (is === undefined) return [];
  if (before === undefined) return ['it is the first release: there is nothing to compare with'];
  const was = find(before);
  if (was === undefined) return [`${describeObject(id)} is new in this release`];
  const lines = [
    ...containerLists.flatMap(([field, word]) => listChanges(word, listOf(was, field), listOf(is, field))),
    ...othersChanged('pod', was, is, new Set(containerLists.map(([field]) => field))),
    ...configChanges(is, id.namespace, before, after),
  ];
  return lines.length === 0
    ? ['nothing of its pods, nor of the ConfigMaps and Secrets that they use']
    : lines.map((line) => oneLine(line, longestLine));
}

const containerLists = [
  ['initContainers', 'init container'],
  ['containers', 'container'],
] as const;

const listOf = (spec: Fields, field: string): Fields[] =>
  Array.isArray(spec[field]) ? spec[field].filter(isMap) : [];

function listChanges(word: string, was: readonly Fields[], is: readonly Fields[]): string[] {
  const before = new Map(was.map((each) => [text(each['name']), each]));
  const after = new Map(is.map((each) => [text(each['name']), each]));
  return [
    ...[...after].flatMap(([name, container]) => {
      const old = before.get(name);
      if (old === undefined) return [`${word} ${name} is new, image ${text(container['image'])}`];
      return containerChanges(old, container).map((line) => `${word} ${name}: ${line}`);
    }),
    ...[...before.keys()].filter((name) => !after.has(name)).map((name) => `${word} ${name} is gone`),
  ];
}

const probes = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const;
const looked = new Set<string>([
  'name',
  'image',
  'env',
  'envFrom',
  'command',
  'args',
  'resources',
  ...probes,
]);

function containerChanges(was: Fields, is: Fields): string[] {
  return [
    ...fromTo('image', text(was['image']), text(is['image'])),
    ...namesChanged('env', envOf(was), envOf(is)),
    ...namesChanged('envFrom', sourcesOf(was), sourcesOf(is)),
    ...['command', 'args'].flatMap((field) => fromTo(field, wordsOf(was[field]), wordsOf(is[field]))),
    ...leavesChanged('resources', was['resources'], is['resources']),
    ...probes.flatMap((probe) => leavesChanged(probe, was[probe], is[probe])),
    ...othersChanged('', was, is, looked),
  ];
}

const nothing = '(none)';

const fromTo = (what: string, was: string, is: string): string[] =>
  was === is ? [] : [`${what} ${was || nothing} → ${is || nothing}`];

/** By name, what it is set to; compared, and never shown. */
const envOf = (container: Fields): Map<string, string> =>
  new Map(listOf(container, 'env').map(({ name, ...value }) => [text(name), JSON.stringify(value)]));

function sourcesOf(container: Fields): Map<string, string> {
  const names = listOf(container, 'envFrom').flatMap((source) =>
    [
      ['ConfigMap', source['configMapRef']],
      ['Secret', source['secretRef']],
    ].flatMap(([kind, ref]) => (isMap(ref) ? [`${String(kind)} ${text(ref['name'])}`] : [])),
  );
  return new Map(names.map((name) => [name, '']));
}

function namesChanged(
  what: string,
  was: ReadonlyMap<string, string>,
  is: ReadonlyMap<string, string>,
): string[] {
  const added = [...is.keys()].filter((name) => !was.has(name));
  const removed = [...was.keys()].filter((name) => !is.has(name));
  const changed = [...is]
    .filter(([name, value]) => was.has(name) && was.get(name) !== value)
    .map(([name]) => name);
  const say = (word: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`${word} ${names.join(', ')}`];
  const parts = [...say('new', added), ...say('changed', changed), ...say('gone', removed)];
  return parts.length === 0 ? [] : [`${what}: ${parts.join('; ')}`];
}

/** A command line as one text; what looks like a password in it is hidden. */
const wordsOf = (value: unknown): string =>
  Array.isArray(value) ? withoutSecretWords(value.map(text).join(' ')) : '';

/** `resources limits.memory 64Mi → 32Mi`, a field each. */
function leavesChanged(what: string, was: unknown, is: unknown): string[] {
  const [before, after] = [new Map(leaves(was)), new Map(leaves(is))];
  if (before.size === 0 && after.size > 0 && what.endsWith('Probe')) return [`${what} is new`];
  if (after.size === 0 && before.size > 0 && what.endsWith('Probe')) return [`${what} is gone`];
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) =>
    fromTo(`${what} ${name}`, before.get(name) ?? '', after.get(name) ?? '').map((line) =>
      // A probe may bear an Authorization header.
      name.includes('httpHeaders') ? `${what} ${name} changed` : line,
    ),
  );
}

function leaves(value: unknown, path = ''): [string, string][] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && !value.some(isMap)) return [[path, wordsOf(value)]];
  if (Array.isArray(value)) return [[path, JSON.stringify(value)]];
  if (!isMap(value)) return [[path, text(value)]];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, path === '' ? key : `${path}.${key}`));
}

/** What else differs, by the names of its fields. */
function othersChanged(where: string, was: Fields, is: Fields, known: ReadonlySet<string>): string[] {
  const names = [...new Set([...Object.keys(is), ...Object.keys(was)])].filter(
    (name) => !known.has(name) && JSON.stringify(was[name]) !== JSON.stringify(is[name]),
  );
  return names.length === 0 ? [] : [`${where}${where === '' ? '' : ': '}also ${names.join(', ')}`];
}

const text = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
