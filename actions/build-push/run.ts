import { TargetError } from '../../lib/domain/errors.ts';
import type { RepositoryRef } from '../../lib/domain/oci/types.ts';
import type { Inputs } from './inputs.ts';
import { look } from './look.ts';
import type { Found } from './look.ts';
import { build, merge, orderOf } from './make.ts';
import type { Made } from './make.ts';
import { builtOnly, failedBuild, planned } from './outcome.ts';
import { Phases } from './phases.ts';
import { planOf } from './plan.ts';
import { planLines } from './plan-lines.ts';
import type { Ports } from './ports.ts';
import { checkTools } from './quarantine.ts';
import { release } from './release.ts';
import type { Candidate } from './release.ts';
import type { BuildPushResult } from './result.ts';
import { movedBases, readSource } from './source.ts';
import type { Source } from './source.ts';
import type { Work } from './work.ts';

/** A base that moves at every build is somebody's mistake. */
const mostBuilds = 2;

/** Builds once, proves it while nobody can find it, and tags it everywhere in one pass. */
export async function buildPush(inputs: Inputs, ports: Ports): Promise<BuildPushResult> {
  const { clock, log } = ports;
  const phases = new Phases(ports);
  const plan = planOf(inputs, await ports.git.head(), ports.actor, clock.now());
  const work = { inputs, ports, plan, phases, startedAt: clock.now() };
  let moved: readonly string[] = [];
  for (let builds = 0; builds < mostBuilds; builds++) {
    const end = await attempt(work);
    if (end.kind === 'ended') return end.result;
    moved = end.moved;
    log.warn(`${moved.join(', ')} moved while the image was built, so its source is another one now`);
  }
  throw keepsMoving(moved);
}

type Attempt =
  | { readonly kind: 'ended'; readonly result: BuildPushResult }
  /** These bases are others than when the source was hashed: what was built is not what its labels say. */
  | { readonly kind: 'moved'; readonly moved: readonly string[] };

async function attempt(work: Work): Promise<Attempt> {
  const { inputs, ports, plan, phases } = work;
  const ended = (result: BuildPushResult): Attempt => ({ kind: 'ended', result });
  const source = await phases.during('What it is made from', () => readSource(inputs, ports));
  const known = { sourceHash: source.hash };
  const found = await phases.during('What is there already', () => look(plan, source, inputs, ports));
  if (inputs.dryRun) return ended(planned(work, known, sayPlan(found, work)));
  await checkTools(inputs, ports);
  ports.log.info(`${found.kind === 'reuse' ? 'it is reused' : 'it is built'}: ${found.why}`);

  const made = await make(found, source, work);
  if (made.kind === 'failed') return ended(failedBuild(work, known, made.failure));
  const moved = found.kind === 'reuse' ? [] : await movedBases(source, ports);
  if (moved.length > 0) return { kind: 'moved', moved };
  const candidate = candidateOf(made, found, source, inputs);
  if (candidate === undefined) return ended(builtOnly(work, known, made.metadata));
  return ended(await release(candidate, work));
}

function sayPlan(found: Found, { inputs, plan, ports }: Work): readonly string[] {
  const lines = planLines(inputs, plan, found);
  for (const [at, line] of lines.entries()) ports.log.info(`${at + 1}. ${line}`);
  return lines;
}

async function make(found: Found, source: Source, { inputs, ports, plan, phases }: Work): Promise<Made> {
  const { what, images } = inputs;
  if (found.kind === 'reuse') return { kind: 'made', digest: found.image.digest, metadata: undefined };
  if (what.kind === 'merge')
    return phases.during('Merge', () => merge(source, what.labels, images[0] as RepositoryRef, plan, ports));
  const order = orderOf(inputs, what.intent, plan, source);
  return phases.during(
    'Build',
    () => build(order, inputs, ports),
    ({ kind }) => kind === 'failed',
  );
}

/** Undefined where nothing was to be pushed. */
function candidateOf(
  { digest, metadata }: Made & { readonly kind: 'made' },
  found: Found,
  { hash: sourceHash }: Source,
  { images: [primary] }: Inputs,
): Candidate | undefined {
  if (digest === undefined || primary === undefined) return undefined;
  const { why } = found;
  if (found.kind === 'reuse') {
    const { repository } = found.image;
    return { digest, repository, built: 'reused', why, metadata: '', sourceHash };
  }
  return { digest, repository: primary, built: 'true', why, metadata: metadata?.text ?? '', sourceHash };
}

const keepsMoving = (moved: readonly string[]): TargetError =>
  new TargetError(`${moved.join(', ')} moved during each of ${mostBuilds} builds; nothing was tagged`, {
    subject: moved[0] ?? '',
    remedy: 'pin it by digest in the Dockerfile, or run again when it has come to rest',
  });
