import { CancelledError, TargetError } from '../../lib/domain/errors.ts';
import { formatImageRef } from '../../lib/domain/image-ref.ts';
import type { RepositoryRef } from '../../lib/domain/oci/types.ts';
import type { Inputs } from './inputs.ts';
import { look, reusableAt, trustOf } from './look.ts';
import type { Found } from './look.ts';
import { build, merge, orderOf } from './make.ts';
import type { Made } from './make.ts';
import { Phases } from './phases.ts';
import { factsOf, formatRepository, planOf, sourceTag } from './plan.ts';
import type { Plan } from './plan.ts';
import { planLines } from './plan-lines.ts';
import type { Ports } from './ports.ts';
import { copy, sign, tag } from './publish.ts';
import { checkTools, scan, verify } from './quarantine.ts';
import type { Judged, Quarantined } from './quarantine.ts';
import { Outcome } from './outcome.ts';
import type { BuildPushResult } from './result.ts';
import { shapeOf } from './shape.ts';
import { movedBases, readSource } from './source.ts';
import type { Source } from './source.ts';
import { naming } from './untagged.ts';

/** A base that moves at every build is somebody's mistake. */
const mostBuilds = 2;

/** Builds once, proves it while nobody can find it, and tags it everywhere in one pass. */
export async function buildPush(inputs: Inputs, ports: Ports): Promise<BuildPushResult> {
  const { clock } = ports;
  const phases = new Phases(ports);
  const plan = planOf(inputs, await ports.git.head(), ports.actor, clock.now());
  const outcome = new Outcome(plan, phases, clock);
  let moved: readonly string[] = [];
  for (let builds = 0; builds < mostBuilds; builds++) {
    const end = await attempt(inputs, ports, plan, outcome);
    if (end.kind === 'ended') return end.result;
    moved = end.moved;
    ports.log.warn(`${moved.join(', ')} moved while the image was built, so its source is another one now`);
  }
  throw keepsMoving(moved);
}

type Attempt =
  | { readonly kind: 'ended'; readonly result: BuildPushResult }
  /** These bases are others than when the source was hashed: what was built is not what its labels say. */
  | { readonly kind: 'moved'; readonly moved: readonly string[] };

async function attempt(inputs: Inputs, ports: Ports, plan: Plan, outcome: Outcome): Promise<Attempt> {
  const { log } = ports;
  const { phases } = outcome;
  const ended = (result: BuildPushResult): Attempt => ({ kind: 'ended', result });
  const source = await phases.during('What it is made from', () => readSource(inputs, ports));
  outcome.sourceHash = source.hash;
  const found = await phases.during('What is there already', () => look(plan, source, inputs, ports));
  if (inputs.dryRun) {
    const lines = planLines(inputs, plan, found);
    for (const [at, line] of lines.entries()) log.info(`${at + 1}. ${line}`);
    return ended(outcome.planned(lines));
  }
  await checkTools(inputs, ports);
  log.info(`${found.kind === 'reuse' ? 'it is reused' : 'it is built'}: ${found.why}`);

  const made = await make(found, plan, source, inputs, ports, phases);
  if (made.kind === 'failed') return ended(outcome.failedBuild(made.failure));
  const moved = found.kind === 'reuse' ? [] : await movedBases(source, ports);
  if (moved.length > 0) return { kind: 'moved', moved };
  return ended(await release(made, found, source, inputs, ports, outcome));
}

function release(
  made: Made & { readonly kind: 'made' },
  found: Found,
  source: Source,
  inputs: Inputs,
  ports: Ports,
  outcome: Outcome,
): Promise<BuildPushResult> | BuildPushResult {
  const [primary] = inputs.images;
  const { digest, metadata } = made;
  if (digest === undefined || primary === undefined) return outcome.builtOnly(made.metadata);
  const repository = found.kind === 'reuse' ? found.image.repository : primary;
  return new Release(inputs, ports, outcome.plan, source, outcome).from(
    { digest, repository },
    { built: found.kind === 'reuse' ? 'reused' : 'true', why: found.why, metadata: metadata?.text ?? '' },
  );
}

async function make(
  found: Found,
  plan: Plan,
  source: Source,
  inputs: Inputs,
  ports: Ports,
  phases: Phases,
): Promise<Made> {
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

interface Pushed {
  readonly digest: string;
  readonly repository: RepositoryRef;
}

interface How {
  readonly built: 'true' | 'reused';
  readonly why: string;
  readonly metadata: string;
}

/** The way of an image out of quarantine. */
class Release {
  readonly #inputs: Inputs;
  readonly #ports: Ports;
  readonly #plan: Plan;
  readonly #source: Source;
  readonly #outcome: Outcome;
  /** Tags are being written: from now on some may be there. */
  #tagging = false;

  constructor(inputs: Inputs, ports: Ports, plan: Plan, source: Source, outcome: Outcome) {
    this.#inputs = inputs;
    this.#ports = ports;
    this.#plan = plan;
    this.#source = source;
    this.#outcome = outcome;
  }

  async from({ digest, repository }: Pushed, how: How): Promise<BuildPushResult> {
    const { registry, signal } = this.#ports;
    const ref = formatImageRef({ ...repository, digest });
    try {
      signal.throwIfAborted();
      const manifest = await registry.manifest({ ...repository, digest });
      if (manifest === undefined) throw gone(ref);
      this.#outcome.image = {
        ...how,
        digest,
        repository,
        shape: await shapeOf(repository, manifest, registry),
      };
      return await this.#proveAndTag({ repository, manifest }, how);
    } catch (error) {
      throw how.built === 'true' ? naming(error, ref, this.#tagging) : error;
    }
  }

  async #proveAndTag(image: Quarantined, how: How): Promise<BuildPushResult> {
    const refused = await this.#prove(image);
    if (refused !== undefined) return this.#outcome.refused(refused);
    const { quarantine } = this.#inputs;
    const fresh = how.built === 'true';
    if (quarantine.sign !== undefined)
      this.#outcome.signed = await this.#during('Sign', () => sign(image, this.#inputs, this.#ports, fresh));
    const elsewhere = this.#inputs.images
      .map(formatRepository)
      .some((each) => each !== formatRepository(image.repository));
    const copiedBytes = !elsewhere
      ? 0
      : await this.#during('Copy', () => copy(image, this.#inputs, this.#ports));
    return this.#tag(image, fresh, copiedBytes);
  }

  /** Undefined when it passed. */
  async #prove(image: Quarantined): Promise<Judged | undefined> {
    const { quarantine } = this.#inputs;
    const failed = ({ outcome }: Judged): boolean => outcome === 'fail';
    if (quarantine.verify.length > 0) {
      const verified = await this.#during('Verify', () => verify(image, this.#inputs, this.#ports), failed);
      this.#outcome.verified = verified;
      if (failed(verified)) return verified;
    }
    if (quarantine.scan.length === 0) return undefined;
    const scanned = await this.#during('Scan', () => scan(image, this.#inputs, this.#ports), failed);
    this.#outcome.scanned = scanned;
    return failed(scanned) ? scanned : undefined;
  }

  async #tag(image: Quarantined, fresh: boolean, copiedBytes: number): Promise<BuildPushResult> {
    const { hash } = this.#source;
    const forSource =
      hash === undefined || this.#inputs.reuse === 'never'
        ? []
        : [{ tag: sourceTag(hash), rule: 'overwrite' as const }];
    const tags = [...this.#plan.tags, ...forSource];
    if (tags.length === 0) return this.#outcome.published({ tags: [], window: 0, copiedBytes });
    // What was reused is meant by its bytes: a third build of the same source will not do.
    const facts = factsOf(this.#plan, fresh ? hash : undefined);
    this.#tagging = true;
    const pass = await this.#during('Tag', () => tag(image, tags, facts, this.#inputs, this.#ports));
    if (pass.kind === 'tagged') return this.#outcome.published({ ...pass, copiedBytes });
    return this.#takeOver(pass);
  }

  /** Another run of the same source was faster: its image is the one, and ours stays without a tag. */
  async #takeOver({ digest, ref }: { digest: string; ref: RepositoryRef }): Promise<BuildPushResult> {
    const image = await reusableAt(ref, digest, this.#ports);
    const why = `another run built the same source at the same time: ${digest}`;
    this.#ports.log.info(why);
    const trust = await trustOf(image, this.#plan, this.#inputs, this.#ports);
    if (trust.kind === 'untrusted') throw taken(formatImageRef({ ...image.repository, digest }), trust.why);
    return this.from(image, { built: 'reused', why, metadata: '' });
  }

  #during<T>(name: string, body: () => Promise<T>, failed?: (answer: T) => boolean): Promise<T> {
    if (this.#ports.signal.aborted) return Promise.reject(new CancelledError());
    return this.#outcome.phases.during(name, body, failed);
  }
}

const keepsMoving = (moved: readonly string[]): TargetError =>
  new TargetError(`${moved.join(', ')} moved during each of ${mostBuilds} builds; nothing was tagged`, {
    subject: moved[0] ?? '',
    remedy: 'pin it by digest in the Dockerfile, or run again when it has come to rest',
  });

const gone = (ref: string): TargetError =>
  new TargetError(`${ref} was there a moment ago and is gone; nothing was tagged`, {
    subject: ref,
    remedy: 'see what removes images from this registry, then run again',
  });

const taken = (ref: string, why: string): TargetError =>
  new TargetError(`another run wrote the tag first, and its image may not become a release: ${why}`, {
    subject: ref,
    remedy: 'let one run at a time write this tag (concurrency: in the workflow)',
  });
