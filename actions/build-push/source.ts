/** One number for what the image is made from. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { dockerfileOf } from '../../lib/domain/build/intent.ts';
import type { BuildIntent } from '../../lib/domain/build/intent.ts';
import { TargetError, UnreachableError } from '../../lib/domain/errors.ts';
import { parseImageRef } from '../../lib/domain/image-ref.ts';
import type { RepositoryRef, StoredManifest } from '../../lib/domain/oci/types.ts';
import type { SourceInputs } from '../../lib/domain/source/types.ts';
import { imageFacts } from '../../lib/steps/image-facts.ts';
import { sourceHash } from '../../lib/steps/source-hash.ts';
import type { Inputs } from './inputs.ts';
import { formatRepository } from './plan.ts';
import type { Ports } from './ports.ts';

export interface Source {
  /** 64 hex digits; undefined where there is none, and `why` says so. */
  readonly hash: string | undefined;
  readonly why: string | undefined;
  /** Images that the build takes in, by digest. */
  readonly bases: readonly { readonly ref: string; readonly digest: string }[];
  /** What is merged; empty for a build. */
  readonly parts: readonly StoredManifest[];
}

/** Throws TargetError when a part that is to be merged is not there; what cannot be hashed is no error, and said. */
export async function readSource({ what, images }: Inputs, ports: Ports): Promise<Source> {
  if (what.kind === 'merge') return mergedSource(what.digests, images[0] as RepositoryRef, ports);
  const { log } = ports;
  const answer = await sourceHash(sourceInputs(what.intent, ports), {
    tree: ports.tree,
    store: ports.registry,
  });
  if (answer.kind === 'none') {
    log.info(`no source hash: ${answer.reason}`);
    return { hash: undefined, why: answer.reason, bases: [], parts: [] };
  }
  const { hash, bases, files, dirty, notes } = answer;
  log.info(`source ${hash}, ${files} files`);
  for (const { ref, digest } of bases)
    log.info(`  takes in ${ref}${ref.endsWith(digest) ? '' : ` as ${digest}`}`);
  for (const [part, sum] of Object.entries(answer.parts)) log.debug(`  ${part} ${sum}`);
  for (const note of notes) log.info(note);
  if (dirty.length > 0) log.warn(notCommitted(dirty));
  return { hash, why: undefined, bases, parts: [] };
}

/**
 * Those that stand for something else than when the source was hashed; the build may have taken either. One that cannot
 * be asked again is taken to have stayed, and that is said.
 */
export async function movedBases(
  { bases }: Pick<Source, 'bases'>,
  { registry, log }: Pick<Ports, 'registry' | 'log'>,
): Promise<string[]> {
  const asked = bases.map(async ({ ref, digest }) => {
    const named = parseImageRef(ref);
    if (named === undefined || named.digest !== undefined) return [];
    try {
      return (await registry.head(named))?.digest === digest ? [] : [ref];
    } catch (error) {
      if (!(error instanceof TargetError) && !(error instanceof UnreachableError)) throw error;
      log.warn(`whether ${ref} moved while the image was built could not be asked: ${error.message}`);
      return [];
    }
  });
  return (await Promise.all(asked)).flat();
}

const shown = 5;

/** The label `revision` will name a commit that has not got these files. */
const notCommitted = (paths: readonly string[]): string =>
  `${paths.length} ${paths.length === 1 ? 'file' : 'files'} in the build differ from the commit: ${paths.slice(0, shown).join(', ')}${paths.length > shown ? ', …' : ''}`;

function sourceInputs(intent: BuildIntent, { workspace, environment, runnerPlatform }: Ports): SourceInputs {
  const at = (path: string): string => resolve(workspace, path);
  const settings: [string, readonly (string | undefined)[]][] = [
    ['labels', intent.labels],
    ['annotations', intent.annotations],
    ['provenance', [intent.provenance]],
    ['sbom', [intent.sbom]],
    ['attests', intent.attests],
    ['network', [intent.network]],
    ['add-hosts', intent.addHosts],
    ['allow', intent.allow],
  ];
  return {
    context: at(intent.context),
    file: at(dockerfileOf(intent)),
    buildContexts: Object.fromEntries(
      intent.buildContexts.map((entry) => {
        const [name, value] = pair(entry);
        return [name, /^[a-z][a-z0-9-]*:|^git@/.test(value) ? value : at(value)];
      }),
    ),
    buildArgs: Object.fromEntries(
      intent.buildArgs.map((argument) =>
        argument.includes('=') ? pair(argument) : [argument, environment[argument] ?? ''],
      ),
    ),
    ...(intent.target === undefined ? {} : { target: intent.target }),
    platforms: intent.platforms,
    buildPlatform: runnerPlatform,
    secretIds: intent.secrets.map(({ id }) => id),
    sshIds: intent.ssh.map((entry) => entry.split('=', 1)[0] ?? ''),
    settings: Object.fromEntries(
      settings.map(([name, values]) => [name, values.filter((value) => value !== undefined)]),
    ),
  };
}

function pair(text: string): [key: string, value: string] {
  const at = text.indexOf('=');
  return [text.slice(0, at).trim(), text.slice(at + 1)];
}

/** What the parts were made from, together: in whatever order they are named. */
async function mergedSource(
  digests: readonly string[],
  repository: RepositoryRef,
  { registry, log }: Ports,
): Promise<Source> {
  const parts = await Promise.all(
    digests.map(async (digest) => {
      const found = await registry.manifest({ ...repository, digest });
      if (found === undefined) throw notThere(repository, digest);
      return found;
    }),
  );
  const facts = await Promise.all(
    parts.map((part) => imageFacts({ ...repository, digest: part.digest }, registry, part)),
  );
  const hashes = facts.flatMap(({ sourceHash: hash }) => hash ?? []);
  if (hashes.length < parts.length)
    return { hash: undefined, why: 'not every part says what it was built from', bases: [], parts };
  const hash = createHash('sha256').update(hashes.toSorted().join('\n')).digest('hex');
  log.info(`source ${hash}, of ${parts.length} parts`);
  return { hash, why: undefined, bases: [], parts };
}

const notThere = (repository: RepositoryRef, digest: string): TargetError =>
  new TargetError(`${formatRepository(repository)} has no ${digest}; nothing was merged`, {
    subject: `${formatRepository(repository)}@${digest}`,
    remedy: 'build each part into this repository first, and pass its output digest',
  });
