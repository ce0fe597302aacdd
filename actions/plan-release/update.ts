/** A scheduled run: is there something newer in the registry than what runs? */
import { candidatesOf, chooseUpdate } from '../../lib/domain/environments/updates.ts';
import type { Candidate, Running, Update } from '../../lib/domain/environments/updates.ts';
import type { Occasion } from '../../lib/domain/environments/occasion.ts';
import type { Environment } from '../../lib/domain/environments/types.ts';
import { TargetError } from '../../lib/domain/errors.ts';
import { formatImageRef } from '../../lib/domain/image-ref.ts';
import type { RepositoryRef } from '../../lib/domain/oci/types.ts';
import { noModules } from './change.ts';
import type { UpdateOrder } from './inputs.ts';
import type { Ports } from './ports.ts';
import type { PlanResult } from './run.ts';

type Store = NonNullable<Ports['store']>;

/** Before the one that runs turns up among so many, it has no version worth looking for. */
const mostAsked = 200;

export async function lookForUpdate(
  { repository, running }: UpdateOrder,
  environment: Environment,
  seen: { readonly occasion: Occasion; readonly notes: readonly string[] },
  { store, log }: Ports,
): Promise<PlanResult> {
  if (store === undefined) throw new Error('no registry was wired');
  const where = formatImageRef(repository);
  const candidates = candidatesOf(await tagsOf(repository, store));
  log.info(`${where} has ${candidates.length} versions; ${environment.name} takes ${environment.updates}`);
  const runs = await versionThatRuns(running, candidates, repository, store);
  const plan = { occasion: seen.occasion, notes: seen.notes, environment, modules: noModules };
  const none = { ...plan, deploy: false, version: undefined, tags: [], digest: '' };
  if (runs.kind === 'unknown') return { ...none, result: 'inconclusive', reason: runs.why };
  const update = chooseUpdate(runs.version, candidates, environment.updates);
  if (update.kind === 'stay')
    return { ...none, result: 'skipped', reason: `nothing to release: ${where}: ${update.why}` };
  return {
    ...plan,
    result: 'success',
    reason: `${update.to.version} for ${environment.name}: ${where}: ${update.why}`,
    deploy: true,
    version: { version: update.to.version, from: 'tag', why: `tag ${update.to.tag} of ${where}` },
    tags: [update.to.tag],
    digest: await digestOf(update, repository, store),
  };
}

async function tagsOf(repository: RepositoryRef, store: Store): Promise<readonly string[]> {
  const tags = await store.tags(repository);
  if (tags !== undefined) return tags;
  throw new TargetError('there is no such repository', {
    subject: formatImageRef(repository),
    remedy: 'check its name, and whether registries names a user who may read it',
  });
}

type Runs =
  /** Undefined: nothing runs. */
  | { readonly kind: 'known'; readonly version: string | undefined }
  | { readonly kind: 'unknown'; readonly why: string };

/** A digest is the version whose tag stands for it; the newest are the likeliest, and are asked first. */
async function versionThatRuns(
  running: Running,
  candidates: readonly Candidate[],
  repository: RepositoryRef,
  store: Store,
): Promise<Runs> {
  if (running.kind !== 'digest')
    return { kind: 'known', version: running.kind === 'none' ? undefined : running.version };
  for (const { tag, version } of candidates.slice(0, mostAsked)) {
    const found = await store.head({ ...repository, tag });
    if (found?.digest === running.digest) return { kind: 'known', version };
  }
  const asked = Math.min(candidates.length, mostAsked);
  const why = `nobody can tell what is newer: ${running.digest} runs, and none of the ${asked} newest version tags stands for it; give running as a version`;
  return { kind: 'unknown', why };
}

async function digestOf(
  { to }: Extract<Update, { kind: 'newer' }>,
  repository: RepositoryRef,
  store: Store,
): Promise<string> {
  const found = await store.head({ ...repository, tag: to.tag });
  if (found !== undefined) return found.digest;
  throw new TargetError('the registry lists a tag that is not there', {
    subject: formatImageRef({ ...repository, tag: to.tag }),
    remedy: 'run again; a tag that was just deleted is listed for a while',
  });
}
