import { dump } from 'js-yaml';
import { describeObject } from '../kubernetes.ts';
import type { KubeObject, ObjectId } from '../kubernetes.ts';
import { objectKey } from '../verdict/types.ts';
import { changedSecretKeys, concealSecretsOf, isSecret } from './conceal.ts';
import type { Conceal } from './conceal.ts';
import { diffLines, withContext } from './line-diff.ts';
import type { DiffLine } from './line-diff.ts';
import { parseManifest } from './parse.ts';

export interface ObjectChange {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly id: ObjectId;
  /** Lines of the whole comparison, Secret values hidden, with a few unchanged lines around each change. */
  readonly lines: readonly DiffLine[];
  /** Keys of a Secret whose values differ; empty for other kinds. */
  readonly secretKeys: readonly string[];
  /** Leaves the release but stays in the cluster (`helm.sh/resource-policy: keep`). */
  readonly kept: boolean;
}

export interface ManifestDiff {
  /** In the order of the manifests: removed ones last. */
  readonly changes: readonly ObjectChange[];
  readonly unchanged: number;
}

const contextLines = 3;

/**
 * Compares the rendered manifests of two revisions object by object, by meaning and not by text. Values of
 * Secrets, and the same values elsewhere, are hidden. Throws YAMLException when a manifest is not YAML.
 */
export function diffManifests(before: string, after: string, known: readonly string[] = []): ManifestDiff {
  const [left, right] = [byKey(before), byKey(after)];
  const conceal = concealSecretsOf(
    [...left.values(), ...right.values()].map(({ object }) => object),
    known,
  );
  const kept = [...right].flatMap(([key, { id, object }]): ObjectChange[] => {
    const old = left.get(key)?.object;
    if (old === undefined) return [change('added', id, undefined, object, conceal)];
    return sameMeaning(old, object) ? [] : [change('changed', id, old, object, conceal)];
  });
  const removed = [...left].flatMap(([key, { id, object }]) =>
    right.has(key) ? [] : [change('removed', id, object, undefined, conceal)],
  );
  const common = [...right.keys()].filter((key) => left.has(key)).length;
  const changed = kept.filter(({ kind }) => kind === 'changed').length;
  return { changes: [...kept, ...removed], unchanged: common - changed };
}

/** The diff as lines of a `diff` code block: one line per object, and with `full` what differs in it, up to `limit` lines. */
export function formatDiff(diff: ManifestDiff, detail: 'summary' | 'full', limit = 400): string[] {
  const lines = diff.changes.flatMap((one) => [headline(one), ...(detail === 'full' ? bodyOf(one) : [])]);
  const shown = lines.slice(0, limit);
  const rest = lines.length - shown.length;
  return [...shown, ...(rest > 0 ? [`… ${rest} more lines`] : [])];
}

function headline({ kind, id, lines, secretKeys, kept }: ObjectChange): string {
  const subject = describeObject(id);
  if (kind === 'added') return `+ ${subject}`;
  if (kind === 'removed')
    return `- ${subject}${kept ? ' (stays in the cluster: helm.sh/resource-policy: keep)' : ''}`;
  const count = (sign: string): number => lines.filter((line) => line.sign === sign).length;
  const keys = secretKeys.length === 0 ? '' : `, values of ${secretKeys.join(', ')}`;
  return `! ${subject} (+${count('+')} -${count('-')}${keys})`;
}

const bodyOf = ({ kind, lines }: ObjectChange): string[] =>
  kind === 'removed' ? [] : lines.map(({ sign, text }) => `${sign}   ${text}`);

function change(
  kind: ObjectChange['kind'],
  id: ObjectId,
  before: KubeObject | undefined,
  after: KubeObject | undefined,
  conceal: Conceal,
): ObjectChange {
  const lines = diffLines(
    before === undefined ? [] : yamlLines(conceal(before)),
    after === undefined ? [] : yamlLines(conceal(after, before)),
  );
  return {
    kind,
    id,
    lines: withContext(lines, contextLines),
    secretKeys: before && after && isSecret(after) ? changedSecretKeys(before, after) : [],
    kept: before?.metadata.annotations?.['helm.sh/resource-policy'] === 'keep',
  };
}

function byKey(manifest: string): Map<string, { id: ObjectId; object: KubeObject }> {
  return new Map(parseManifest(manifest, () => '').map(({ id, object }) => [objectKey(id), { id, object }]));
}

const sameMeaning = (a: unknown, b: unknown): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

const yaml = (value: unknown): string => dump(value, { lineWidth: -1, noRefs: true });

const yamlLines = (value: unknown): string[] => yaml(value).trimEnd().split('\n');

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
