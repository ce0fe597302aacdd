/** Reads the input `scratch`, with every fault at once: where a backup is restored to prove it. */
import { Fields, isMap, kindOf } from '../checks/fields.ts';
import { readYaml } from '../checks/yaml.ts';
import type { Engine, Place } from '../database/locator.ts';
import { parseLocator } from '../database/parse-locator.ts';
import { naturalScratch } from '../database/scratch-place.ts';
import type { ContainerScratch, PodScratch, ScratchPlace, ServerScratch } from '../database/scratch-place.ts';
import type { Fault } from '../errors.ts';
import { closest } from '../suggest.ts';
import type { InputReader } from './reader.ts';

export const scratchInput = 'scratch';

/** What is copied: the engine is known always, the place of the database only where one is named. */
export interface ScratchSource {
  readonly engine: Engine;
  readonly place?: Place;
}

export function readScratch(reader: InputReader, source: ScratchSource): ScratchPlace {
  const faults: Fault[] = [];
  const place = parseScratch(reader.text(scratchInput), scratchInput, source, faults);
  for (const fault of faults) reader.fault(fault);
  return place;
}

const kinds = ['local', 'container', 'pod', 'server'] as const;

/** `input`: how faults name it. The place is complete only where no fault was added. */
export function parseScratch(
  text: string,
  input: string,
  source: ScratchSource,
  faults: Fault[],
): ScratchPlace {
  const before = faults.length;
  const value = text.trim() === '' ? undefined : readYaml(text, input, faults);
  if (faults.length > before || value === undefined) return naturalScratch(source.place);
  if (typeof value === 'string') return byWord(value, input, source, faults);
  if (!isMap(value)) {
    faults.push({ input, value: kindOf(value), problem: `must be ${kinds.join(', ')}, or a map of one` });
    return naturalScratch(source.place);
  }
  return byMap(value, input, source, faults);
}

function byWord(word: string, input: string, source: ScratchSource, faults: Fault[]): ScratchPlace {
  if (word === 'local') return { kind: 'local' };
  const none = new Fields({}, `${input}.${word}`, [], faults);
  if (word === 'container') return readContainer(none, source.place);
  if (word === 'pod') return readPod(none, source.place);
  const near = closest(word, kinds);
  const problem =
    word === 'server'
      ? 'say which: server: { url: … }'
      : near === undefined
        ? `must be one of ${kinds.join(', ')}`
        : `did you mean ${near}?`;
  faults.push({ input, value: JSON.stringify(word), problem });
  return naturalScratch(source.place);
}

function byMap(value: object, input: string, source: ScratchSource, faults: Fault[]): ScratchPlace {
  const fields = new Fields(value, input, kinds, faults);
  const given = kinds.filter((kind) => fields.has(kind));
  if (given.length > 1) faults.push({ input, value: `${given.join(' and ')} given`, problem: 'name one' });
  // Each that is there is read, so that its own faults are told at the same time.
  const read: ScratchPlace[] = [];
  const container = fields.nested('container', ['image', 'memory', 'tmpfs']);
  if (container !== undefined) read.push(readContainer(container, source.place));
  const pod = fields.nested('pod', ['namespace', 'image', 'memory', 'cpu', 'storage']);
  if (pod !== undefined) read.push(readPod(pod, source.place));
  if (fields.has('server')) read.push(readServer(fields, source.engine, faults));
  if (fields.has('local')) fields.fault('local', 'has no settings: write scratch: local');
  return read[0] ?? naturalScratch(source.place);
}

/** The image's name goes to docker and to Kubernetes as it stands. */
const imageForm = /^[a-zA-Z0-9][\w.:/@-]*$/;

function readContainer(fields: Fields, source: Place | undefined): ContainerScratch {
  const docker = source?.kind === 'docker' ? source : undefined;
  const over = docker?.over;
  return {
    kind: 'container',
    ...(over === undefined ? {} : { over }),
    ...readImage(fields, docker?.container, 'container'),
    ...size(fields, 'memory'),
    ...size(fields, 'tmpfs'),
  };
}

const namespaceForm = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

function readPod(fields: Fields, source: Place | undefined): PodScratch {
  const like = source?.kind === 'kubernetes' ? source : undefined;
  const namespace = fields.text('namespace', like?.namespace ?? '');
  if (!namespaceForm.test(namespace))
    fields.fault('namespace', 'must be the name of a namespace', JSON.stringify(namespace));
  return {
    kind: 'pod',
    namespace,
    ...readImage(fields, like, 'pod'),
    ...size(fields, 'memory'),
    ...cpu(fields),
    ...size(fields, 'storage'),
  };
}

/** Of the database's own container, unless another is named. */
function readImage<Like>(
  fields: Fields,
  like: Like | undefined,
  what: string,
): { readonly image?: string; readonly like?: Like } {
  const image = fields.text('image');
  const source = like === undefined ? {} : { like };
  if (image === '') {
    if (like === undefined)
      fields.fault('image', `is required: the database is in no ${what} whose image could be taken`, 'empty');
    return source;
  }
  if (!imageForm.test(image)) fields.fault('image', 'must be the name of an image', JSON.stringify(image));
  return { ...source, image };
}

function readServer(fields: Fields, engine: Engine, faults: Fault[]): ServerScratch {
  // JSON is YAML, and the values are as they were written.
  const locator = parseLocator(JSON.stringify(fields.raw('server')), fields.at('server'), faults);
  if (locator.engine !== engine)
    faults.push({
      input: `${fields.at('server')}.engine`,
      value: locator.engine,
      problem: `must be ${engine}, as the database is`,
    });
  return { kind: 'server', locator };
}

const units: Readonly<Record<string, number>> = {
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 1024,
  mi: 1024 ** 2,
  gi: 1024 ** 3,
  ti: 1024 ** 4,
};

/** `512Mi`, `4GiB`, `20GB`: as Kubernetes and as people write it. */
function size<Key extends string>(fields: Fields, key: Key): { readonly [K in Key]?: number } {
  const text = fields.text(key);
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgt]i?)b?$/i.exec(text) ?? [];
  if (amount !== undefined && Number(amount) > 0)
    return { [key]: Math.ceil(Number(amount) * (units[unit.toLowerCase()] ?? 1)) } as { [K in Key]?: number };
  if (text !== '') fields.fault(key, 'must be a size: 512Mi, 4Gi', JSON.stringify(text));
  return {};
}

/** `2`, `0.5`, `500m`. */
function cpu(fields: Fields): { readonly cpu?: number } {
  const text = fields.text('cpu');
  const [, amount, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(text) ?? [];
  if (amount !== undefined && Number(amount) > 0)
    return { cpu: Math.ceil(Number(amount) * (milli === 'm' ? 1 : 1_000)) };
  if (text !== '') fields.fault('cpu', 'must be a number of cores: 2, 500m', JSON.stringify(text));
  return {};
}
