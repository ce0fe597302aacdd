import type { Fault } from '../errors.ts';
import type { ObjectId } from '../kubernetes.ts';
import type { ManifestObject } from '../manifest/parse.ts';
import { closest } from '../suggest.ts';
import { kindOf } from '../workloads/kinds.ts';
import { objectKey } from './types.ts';

export interface Targets {
  /** Must become ready. */
  readonly gated: readonly ObjectId[];
  /** Reported when they are not ready; nothing waits for them. */
  readonly advisory: readonly ObjectId[];
  readonly faults: readonly Fault[];
}

interface Selector {
  readonly input: 'gate' | 'ignore';
  readonly text: string;
  readonly kind: string;
  readonly name: string;
}

/**
 * Which objects of a rendered manifest a release waits for: the kinds that can be ready by themselves, more by
 * `gate`, less by `ignore` (`Kind/name` or `Kind/*`, the kind in any case; a name outranks a `*`). Hooks are
 * Helm's own to wait for. A rollout that the manifest itself holds (paused, suspended) is not waited for.
 */
export function chooseTargets(
  objects: readonly ManifestObject[],
  inputs: { readonly gate: readonly string[]; readonly ignore: readonly string[] },
): Targets {
  const own = objects.filter((found) => !isHook(found));
  const lines = (['gate', 'ignore'] as const).flatMap((input) =>
    inputs[input].map((text) => ({ input, text, ...split(text) })),
  );
  const faults = lines.flatMap((selector) => faultOf(selector, own, objects));
  const choices = own.map((found) => ({ id: found.id, choice: choose(found, lines) }));
  const contradicted = choices.filter(({ choice }) => choice === 'contradiction');
  const ids = (wanted: Choice): ObjectId[] =>
    choices.filter(({ choice }) => choice === wanted).map(({ id }) => id);
  return {
    gated: unique(ids('gated')),
    advisory: unique(ids('advisory')),
    faults: [...faults, ...contradicted.map(({ id }) => contradiction(id))],
  };
}

type Choice = 'gated' | 'advisory' | 'left' | 'contradiction';

function choose(found: ManifestObject, selectors: readonly Selector[]): Choice {
  const hits = selectors.filter((selector) => matches(selector, found.id));
  const exact = hits.filter(({ name }) => name !== '*');
  const decisive = new Set((exact.length > 0 ? exact : hits).map(({ input }) => input));
  if (decisive.size > 1) return 'contradiction';
  if (decisive.has('gate')) return 'gated';
  if (decisive.has('ignore')) return 'left';
  const { gates } = kindOf(found.id);
  if (gates === 'advisory') return isPlainService(found) ? 'left' : 'advisory';
  if (gates === 'asked') return 'left';
  return isHeld(found) ? 'advisory' : 'gated';
}

function split(text: string): { kind: string; name: string } {
  const slash = text.indexOf('/');
  return slash === -1
    ? { kind: text, name: '' }
    : { kind: text.slice(0, slash), name: text.slice(slash + 1) };
}

const matches = ({ kind, name }: Selector, id: ObjectId): boolean =>
  kind.toLowerCase() === id.kind.toLowerCase() && (name === '*' || name === id.name);

function faultOf(
  selector: Selector,
  own: readonly ManifestObject[],
  all: readonly ManifestObject[],
): Fault[] {
  const { input, text, kind, name } = selector;
  if (kind === '' || name === '') return [{ input, value: text, problem: 'write Kind/name or Kind/*' }];
  if (own.some(({ id }) => matches(selector, id))) return [];
  if (all.some(({ id }) => matches(selector, id))) {
    return [{ input, value: text, problem: 'that is a hook: Helm itself waits for hooks, leave it out' }];
  }
  return [
    { input, value: text, problem: `matches nothing that the chart renders; ${hintFor(selector, own)}` },
  ];
}

/** A kind that is there is taken as meant, and a name of it proposed; else a kind that looks alike. */
function hintFor({ kind, name }: Selector, own: readonly ManifestObject[]): string {
  const kinds = [...new Set(own.map(({ id }) => id.kind))];
  const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const meantKind = kinds.find((known) => isSame(known, kind)) ?? closest(kind, kinds);
  if (meantKind === undefined) return `there is: ${kinds.slice(0, 8).join(', ') || 'nothing'}`;
  const names = own.filter(({ id }) => id.kind === meantKind).map(({ id }) => id.name);
  const meantName = names.find((known) => known === name) ?? closest(name, names);
  if (meantName !== undefined) return `did you mean ${meantKind}/${meantName}?`;
  const written = names.slice(0, 8).map((known) => `${meantKind}/${known}`);
  return `there is: ${written.join(', ')}`;
}

const contradiction = (id: ObjectId): Fault => ({
  input: 'gate',
  value: `${id.kind}/${id.name}`,
  problem: 'is named by ignore as well: take it out of one of them',
});

const isHook = ({ object }: ManifestObject): boolean =>
  object.metadata.annotations?.['helm.sh/hook'] !== undefined;

const isPlainService = ({ id, object }: ManifestObject): boolean =>
  id.kind === 'Service' && (object.spec as { type?: string } | undefined)?.type !== 'LoadBalancer';

/** The manifest itself asks that it does not go on by itself. */
function isHeld({ object }: ManifestObject): boolean {
  const { paused, suspend } = (object.spec as { paused?: boolean; suspend?: boolean } | undefined) ?? {};
  return paused === true || suspend === true;
}

const unique = (ids: readonly ObjectId[]): ObjectId[] => [
  ...new Map(ids.map((id) => [objectKey(id), id])).values(),
];
