import { normalPlatform } from './platform.ts';
import type { Base, Listing, SourceEntry, SourceInputs } from './types.ts';

/** One part of a source as the text that is hashed. */
export interface Part {
  readonly name: string;
  readonly text: string;
}

/** Changes when the meaning of a part's text does, so that hashes of two versions never meet. */
const version = 'slipway source 1';

/** What is known of a source once everything was read and asked. */
export interface Gathered {
  readonly dockerfile: string;
  /** By name; the main one is `context`. */
  readonly listings: readonly { readonly name: string; readonly listing: Listing }[];
  /** Named contexts whose name is their content. */
  readonly pinned: readonly { readonly name: string; readonly as: string }[];
  readonly bases: readonly Base[];
}

/** Every value is written as JSON, so that no file name or argument can look like another line. */
export function partsOf(inputs: SourceInputs, { dockerfile, listings, pinned, bases }: Gathered): Part[] {
  const { buildArgs, target, secretIds, sshIds, settings } = inputs;
  const folders = listings.map(({ name, listing }) => ({
    name: name === 'context' ? name : `context ${name}`,
    text: contextText(listing.entries),
  }));
  return [
    ...folders,
    { name: 'dockerfile', text: dockerfile },
    {
      name: 'build-args',
      text: lines(Object.entries(buildArgs).filter(([arg]) => mattersTo(dockerfile, arg))),
    },
    { name: 'target', text: target ?? '' },
    { name: 'platforms', text: lines(platformsOf(inputs)) },
    {
      name: 'secrets',
      text: lines([...secretIds.map((id) => ['secret', id]), ...sshIds.map((id) => ['ssh', id])]),
    },
    { name: 'settings', text: lines(Object.entries(settings).filter(([, values]) => values.length > 0)) },
    { name: 'bases', text: lines(bases.map(({ ref, digest }) => [ref, digest])) },
    ...(pinned.length === 0
      ? []
      : [{ name: 'contexts by name', text: lines(pinned.map(({ name, as }) => [name, as])) }]),
  ];
}

/** The text whose SHA-256 is the source hash. */
export const summed = (parts: readonly { readonly name: string; readonly sum: string }[]): string =>
  [version, ...parts.map(({ name, sum }) => `${sum} ${JSON.stringify(name)}`).toSorted()].join('\n');

/** Sorted, each once. */
export function platformsOf({ platforms, buildPlatform }: SourceInputs): string[] {
  const asked = platforms.length === 0 ? [buildPlatform] : platforms;
  return [...new Set(asked.map(normalPlatform))].toSorted();
}

const contextText = (entries: readonly SourceEntry[]): string =>
  lines(entries.map(({ path, mode, id }) => [path, mode, id]));

/** The same whatever the order they came in; by code unit, as no locale would. */
const lines = (values: readonly unknown[]): string =>
  values
    .map((value) => JSON.stringify(value))
    .toSorted()
    .join('\n');

const proxies = /^(https?|ftp|no|all)_proxy$/i;

/**
 * Every argument counts, also one that the Dockerfile does not declare: a base image's ONBUILD may. Only the proxies
 * that BuildKit hands to RUN unasked say how to reach the network and not what is built, unless the file speaks of them.
 */
const mattersTo = (dockerfile: string, name: string): boolean =>
  !proxies.test(name) || dockerfile.toLowerCase().includes(name.toLowerCase());

/** Names of the parts that differ between two hashes, sorted: `bases`, `context`. */
export function differingParts(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => one[name] !== other[name]).toSorted();
}
