import type { Fault } from '../errors.ts';
import { parseImageRef } from '../image-ref.ts';
import type { ImageRef } from '../image-ref.ts';
import { closest } from '../suggest.ts';
import { formatValuesPath, isMap, parseValuesPath, valueAt } from './values-path.ts';
import type { ValuesPath } from './values-path.ts';

/** One line of `images`: this reference goes to that place in the chart's values. */
export interface ImagePlacement {
  readonly path: ValuesPath;
  readonly ref: ImageRef & { readonly digest: string };
  /** The reference as the author wrote it. */
  readonly written: string;
}

/** Reads the lines of `images`: `values.path=registry/repository[:tag]@sha256:…`. */
export function parsePlacements(lines: readonly string[]): { placements: ImagePlacement[]; faults: Fault[] } {
  const placements: ImagePlacement[] = [];
  const faults: Fault[] = [];
  for (const line of lines) {
    const at = line.indexOf('=');
    const pathText = line.slice(0, at === -1 ? line.length : at).trim();
    const fault = (problem: string): void => void faults.push({ input: 'images', value: line, problem });
    if (at === -1) {
      fault('write values.path=registry/repository:tag@sha256:…');
      continue;
    }
    const written = line.slice(at + 1).trim();
    const path = parseValuesPath(pathText);
    const ref = parseImageRef(written);
    if (path === undefined)
      fault(`${JSON.stringify(pathText)} is no path into values: a.b, list[0].image, a\\.b`);
    else if (ref === undefined) fault('what follows = is no image reference');
    else if (ref.digest === undefined)
      fault('give the digest too (@sha256:…): a tag can move; build-push outputs it');
    else {
      const other = placements.find((placement) => overlap(placement.path, path));
      if (other === undefined) placements.push({ path, ref: { ...ref, digest: ref.digest }, written });
      else fault(`${formatValuesPath(other.path)} is placed by another line already`);
    }
  }
  return { placements, faults };
}

const overlap = (a: ValuesPath, b: ValuesPath): boolean =>
  Array.from({ length: Math.min(a.length, b.length) }, (_, i) => a[i] === b[i]).every(Boolean);

/**
 * Makes the values that put each image where it belongs. `values` are the chart's defaults, with the author's own
 * values merged in where images are placed inside lists: Helm replaces a list whole. A string gets the full
 * reference; a map gets those of registry, repository, tag and digest that it has. All faults at once.
 */
export function placeImages(
  placements: readonly ImagePlacement[],
  values: unknown,
): { overlay: Record<string, unknown>; faults: Fault[] } {
  const faults: Fault[] = [];
  let overlay: unknown = {};
  for (const placement of placements) {
    const shaped = shape(placement, values);
    if ('problem' in shaped) {
      faults.push({
        input: 'images',
        value: `${formatValuesPath(placement.path)}=…`,
        problem: shaped.problem,
      });
    } else {
      overlay = assign(overlay, values, placement.path, shaped.value);
    }
  }
  return { overlay: overlay as Record<string, unknown>, faults };
}

type Shaped = { readonly value: unknown } | { readonly problem: string };

function shape({ path, ref, written }: ImagePlacement, values: unknown): Shaped {
  const found = valueAt(values, path);
  if (typeof found === 'string' || (found === null && path.length > 0)) return { value: written };
  if (isMap(found)) return shapeMap(found, ref, written);
  if (Array.isArray(found))
    return { problem: `a list of ${found.length} stands there; name an element: [0]` };
  if (found !== undefined)
    return { problem: `${JSON.stringify(found)} stands there, neither a string nor a map` };
  return { problem: nothingThere(path, values) };
}

function shapeMap(
  map: Readonly<Record<string, unknown>>,
  ref: ImagePlacement['ref'],
  written: string,
): Shaped {
  const has = (key: string): boolean => Object.hasOwn(map, key);
  const known = ['registry', 'repository', 'tag', 'digest'].filter(has);
  if (known.length === 0) {
    const keys = Object.keys(map);
    return {
      problem: `a map without registry, repository, tag or digest stands there; ${keys.length === 0 ? 'it is empty' : `it has ${keys.slice(0, 12).join(', ')}`}`,
    };
  }
  if (known.length === 1 && has('repository')) return { value: { repository: written } };
  if (has('tag') && !has('digest') && ref.tag === undefined) {
    return {
      problem: 'the map there has a tag but no digest, so write the tag too: repository:tag@sha256:…',
    };
  }
  const name = written.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
  const tag = has('digest') ? ref.tag : `${ref.tag}@${ref.digest}`;
  return {
    value: {
      ...(has('registry') ? { registry: ref.registry } : {}),
      ...(has('repository') ? { repository: has('registry') ? ref.repository : name } : {}),
      ...(has('tag') && tag !== undefined ? { tag } : {}),
      ...(has('digest') ? { digest: ref.digest } : {}),
    },
  };
}

/** `web has image, replicas (did you mean web.image?)`. */
function nothingThere(path: ValuesPath, values: unknown): string {
  const depth = path.findIndex((_, i) => valueAt(values, path.slice(0, i + 1)) === undefined);
  const parent = path.slice(0, depth);
  const missing = path[depth];
  const around = valueAt(values, parent);
  const where = parent.length === 0 ? 'the chart' : formatValuesPath(parent);
  if (Array.isArray(around)) return `nothing stands there: ${where} is a list of ${around.length}`;
  if (!isMap(around))
    return `nothing stands there: ${where} is ${around === null ? 'empty' : `a ${typeof around}`}`;
  const keys = Object.keys(around);
  const near =
    missing === 'values' && parent.length === 0 && valueAt(values, path.slice(1)) !== undefined
      ? path.slice(1)
      : withReplacement(path, depth, closest(String(missing), keys));
  const hint = near === undefined ? '' : ` (did you mean ${formatValuesPath(near)}?)`;
  return `nothing stands there: ${where} has ${keys.length === 0 ? 'no values' : keys.slice(0, 12).join(', ')}${hint}`;
}

const withReplacement = (path: ValuesPath, index: number, key: string | undefined): ValuesPath | undefined =>
  key === undefined ? undefined : path.with(index, key);

/** Sets a value in the overlay; lists are copied whole from `values`, because Helm replaces them whole. */
function assign(overlay: unknown, values: unknown, path: ValuesPath, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list: unknown[] = Array.isArray(overlay) ? overlay : Array.isArray(values) ? values : [];
    return list.map((item, i) => (i === step ? assignInto(item, rest, value) : item));
  }
  const map = isMap(overlay) ? overlay : {};
  return { ...map, [step]: assign(map[step], valueAt(values, [step]), rest, value) };
}

/** Inside a list element everything that stands there must stay, for the element is written whole. */
function assignInto(item: unknown, path: ValuesPath, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return isMap(item) && isMap(value) ? { ...item, ...value } : value;
  if (typeof step === 'number') {
    return Array.isArray(item)
      ? item.map((each, i) => (i === step ? assignInto(each, rest, value) : each))
      : item;
  }
  return { ...(isMap(item) ? item : {}), [step]: assignInto(valueAt(item, [step]), rest, value) };
}
