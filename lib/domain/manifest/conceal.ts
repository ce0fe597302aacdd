import { isMap } from '../images/values-path.ts';
import type { KubeObject } from '../kubernetes.ts';
import { writtenForms } from '../secret-forms.ts';
import { secretParts } from '../secret-lines.ts';

/** What stands for a hidden value: the same for every value, so that not even its length shows. */
const hidden = '***';
const hiddenAndChanged = '*** (changed)';

/** Values of at least this many characters are hidden inside longer texts too, shorter ones where they stand alone. */
const longEnoughInText = 8;
const shortestHidden = 4;

/** Returns an object without secret values; one that differs from `before` is marked as changed, and no more is said. */
export type Conceal = (object: KubeObject, before?: KubeObject) => unknown;

/** Hides what the Secrets among the objects hold, and `known` (what the caller masks in logs), in any text. */
export function maskSecretsOf(
  objects: readonly KubeObject[],
  known: readonly string[] = [],
): (text: string) => string {
  const values = [...known, ...objects.filter(isSecret).flatMap(secretValues)];
  const alone = new Set(values.filter((value) => value.length >= shortestHidden));
  const inText = [...alone]
    .filter((value) => value.length >= longEnoughInText)
    .sort((a, b) => b.length - a.length);
  return (text) =>
    alone.has(text) ? hidden : inText.reduce((rest, value) => rest.replaceAll(value, hidden), text);
}

/** The same for whole objects, in which the data of a Secret is hidden whatever it is. */
export function concealSecretsOf(objects: readonly KubeObject[], known: readonly string[] = []): Conceal {
  const mask = maskSecretsOf(objects, known);
  return (object, before) => {
    const concealed = walk(object, before, mask, 'open') as Record<string, unknown>;
    if (!isSecret(object)) return concealed;
    const data = ['data', 'stringData'].flatMap((field) =>
      object[field] === undefined
        ? []
        : [[field, walk(object[field], before?.[field], mask, 'hide all')] as const],
    );
    return { ...concealed, ...Object.fromEntries(data) };
  };
}

/** The names of a Secret's keys whose values differ. */
export function changedSecretKeys(before: KubeObject, after: KubeObject): string[] {
  const values = (object: KubeObject): Record<string, unknown> => ({
    ...(isMap(object['data']) ? object['data'] : {}),
    ...(isMap(object['stringData']) ? object['stringData'] : {}),
  });
  const [left, right] = [values(before), values(after)];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .filter((key) => left[key] !== right[key])
    .sort();
}

export const isSecret = (object: KubeObject): boolean =>
  object.kind === 'Secret' && object.apiVersion === 'v1';

/** Copies a value with its keys sorted, so that only what means something differs. */
function walk(
  value: unknown,
  before: unknown,
  mask: (text: string) => string,
  mode: 'open' | 'hide all',
): unknown {
  if (Array.isArray(value)) {
    return value.map((item, i) => walk(item, Array.isArray(before) ? before[i] : undefined, mask, mode));
  }
  if (isMap(value)) {
    const keys = Object.keys(value).sort();
    return Object.fromEntries(
      keys.map((key) => {
        // A checksum of a Secret lets short values be guessed.
        const below = key.startsWith('checksum/') ? 'hide all' : mode;
        return [key, walk(value[key], isMap(before) ? before[key] : undefined, mask, below)];
      }),
    );
  }
  const text = mode === 'hide all' ? hidden : typeof value === 'string' ? mask(value) : value;
  if (text === value || before === undefined || before === value) return text;
  return text === hidden ? hiddenAndChanged : `${String(text)} (changed)`;
}

function secretValues(secret: KubeObject): string[] {
  const texts = (field: unknown): string[] =>
    isMap(field) ? Object.values(field).filter((value) => typeof value === 'string') : [];
  const encoded = texts(secret['data']);
  const decoded = encoded.map(decodeBase64).filter((value) => value !== undefined);
  return [
    ...encoded.flatMap((value) => [value, value.trim()]),
    ...[...decoded, ...texts(secret['stringData'])].flatMap(formsOf),
  ];
}

/** Of a longer file single lines are not looked for: it would take long, and hide what is in every file. */
const mostLines = 200;

/** As it may be quoted elsewhere: in a URL, in JSON, in base64; of a key or a file, a line that is secret by itself. */
function formsOf(value: string): string[] {
  const text = value.trim();
  const lines = text.split('\n').length;
  return [value, ...writtenForms(text), ...(lines > 1 && lines <= mostLines ? secretParts(text) : [])];
}

/** Undefined for what is no base64 of text: such bytes cannot be repeated in a manifest. */
function decodeBase64(text: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.codePointAt(0) ?? 0);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
