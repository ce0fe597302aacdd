/** Builds and pushes by digest, or merges what was built elsewhere: afterwards nobody finds it but by its digest. */
import { messageOf, TargetError, UnreachableError } from '../../lib/domain/errors.ts';
import { indexText, indexType, platformTwice } from '../../lib/domain/build/index-manifest.ts';
import { makesIndex } from '../../lib/domain/build/intent.ts';
import type { BuildIntent } from '../../lib/domain/build/intent.ts';
import { originAnnotations, originLabels } from '../../lib/domain/build/labels.ts';
import type { Descriptor, RepositoryRef, StoredManifest } from '../../lib/domain/oci/types.ts';
import { contentOf } from '../../lib/domain/promotion/manifest.ts';
import type { BuildFailure, BuildMetadata, BuildOrder, BuilderInUse } from '../../lib/ports/builder.ts';
import type { Inputs } from './inputs.ts';
import { asAnnotations, formatRepository } from './plan.ts';
import type { Plan } from './plan.ts';
import type { Ports } from './ports.ts';
import { digestOf } from '../../lib/steps/digest-of.ts';
import { retrying } from '../../lib/steps/retrying.ts';
import type { Source } from './source.ts';

export type Made =
  | {
      readonly kind: 'made';
      /** Undefined: nothing was pushed. */
      readonly digest: string | undefined;
      /** Undefined for a merge. */
      readonly metadata: BuildMetadata | undefined;
    }
  | { readonly kind: 'failed'; readonly failure: BuildFailure };

/** The build as it is given to buildx: with the labels that say where it comes from. */
export function orderOf(inputs: Inputs, intent: BuildIntent, plan: Plan, source: Source): BuildOrder {
  const [primary] = inputs.images;
  const origin = { ...plan.origin, sourceHash: source.hash };
  const ours = originLabels(origin, intent.labels);
  const onIndex = makesIndex(intent) ? originAnnotations(origin, []).map((label) => `index:${label}`) : [];
  const { committedAt } = plan.origin;
  return {
    intent: { ...intent, labels: ours, annotations: [...onIndex, ...intent.annotations] },
    push: inputs.push ? primary : undefined,
    loadAs:
      intent.load && primary !== undefined
        ? plan.tags.map(({ tag }) => `${formatRepository(primary)}:${tag}`)
        : [],
    sourceDate: committedAt === undefined ? undefined : Math.floor(Date.parse(committedAt) / 1_000),
  };
}

/**
 * Builds and pushes by digest; the digest that comes back was asked of the registry. Throws UnreachableError when a
 * registry was busy to the end, TargetError when it lacks what buildx says it pushed, ToolError without a builder.
 */
export async function build(order: BuildOrder, inputs: Inputs, ports: Ports): Promise<Made> {
  const { builder, log, signal } = ports;
  const onLine = (line: string): void => log.untrusted([line]);
  const tool = await builder.tool();
  const inUse = await builder.prepare(
    inputs.builder,
    { push: order.push !== undefined },
    { onLine, signal, willMake: (name) => ports.leave({ builder: name }) },
  );
  log.info(`buildx ${tool.version} (${tool.program}), builder ${inUse.name} (${inUse.driver})`);
  try {
    const outcome = await retrying(
      'build',
      () => builder.build(order, inUse, { onLine, signal }),
      inputs.retries,
      ports,
      (answer) =>
        answer.kind === 'failed' && answer.failure.kind === 'busy-registry'
          ? answer.failure.message
          : undefined,
    );
    if (outcome.kind === 'failed') {
      if (outcome.failure.kind === 'busy-registry') throw busy(outcome.failure);
      return outcome;
    }
    const { metadata } = outcome;
    if (order.push === undefined) return { kind: 'made', digest: undefined, metadata };
    return { kind: 'made', digest: await confirmed(order.push, metadata, ports), metadata };
  } finally {
    await takeAway(inUse, ports);
  }
}

const busy = ({ message }: BuildFailure): UnreachableError =>
  new UnreachableError(`a registry was busy to the end of the last try, and nothing was tagged: ${message}`);

/** A cancelled step has no time for it: post takes it away then. */
async function takeAway({ name, ours }: BuilderInUse, { builder, leave, signal, log }: Ports): Promise<void> {
  if (!ours || signal.aborted) return;
  try {
    await builder.remove(name);
    leave(undefined);
  } catch (error) {
    log.warn(`${messageOf(error)}; it is tried again after the job`);
  }
}

/** A tool's word is not enough: the registry must have it (build-push-action#419, #461). */
async function confirmed(
  { registry: host, repository }: RepositoryRef,
  { digest }: BuildMetadata,
  { registry }: Ports,
): Promise<string> {
  const place = { registry: host, repository };
  if (digest === undefined) throw lost(place, 'buildx named no digest of what it pushed');
  const there = await registry.head({ ...place, digest });
  if (there?.digest !== digest)
    throw lost(place, `buildx says that it pushed ${digest}, and the registry does not have it`);
  return digest;
}

const lost = (place: RepositoryRef, message: string): TargetError =>
  new TargetError(`${message}; nothing was tagged`, {
    subject: formatRepository(place),
    remedy: 'run again; if it stays so, look at the log of the registry',
  });

/** The index over what native runners built; its bytes depend on the parts and the labels alone. */
export async function merge(
  { parts, hash }: Source,
  labels: readonly string[],
  primary: RepositoryRef,
  plan: Plan,
  { registry }: Ports,
): Promise<Made> {
  const manifests = (await Promise.all(parts.map((part) => descriptorsOf(part, primary, registry)))).flat();
  const twice = platformTwice(manifests);
  if (twice !== undefined)
    throw new TargetError(`two parts are for ${twice}; nothing was merged`, {
      subject: formatRepository(primary),
      remedy: 'merge-digests takes one digest for each platform',
    });
  const annotations = asAnnotations(originAnnotations({ ...plan.origin, sourceHash: hash }, labels));
  const bytes = Buffer.from(indexText(manifests, annotations));
  const digest = digestOf(bytes);
  await registry.putManifest({ ...primary, digest }, { mediaType: indexType, digest, bytes });
  return { kind: 'made', digest, metadata: undefined };
}

async function descriptorsOf(
  part: StoredManifest,
  repository: RepositoryRef,
  registry: Ports['registry'],
): Promise<readonly Descriptor[]> {
  const content = contentOf(part);
  if (content !== undefined && content.config === undefined) return content.manifests;
  const config = content?.config && (await registry.blob(repository, content.config));
  const platform = config === undefined ? undefined : platformOf(config);
  if (platform === undefined)
    throw new TargetError(`${part.digest} is no image for a platform; nothing was merged`, {
      subject: `${formatRepository(repository)}@${part.digest}`,
      remedy: 'merge-digests takes the output digest of builds for one platform each',
    });
  const { mediaType, digest, bytes } = part;
  return [{ mediaType, digest, size: bytes.length, platform }];
}

function platformOf(config: Uint8Array): Descriptor['platform'] {
  const { os, architecture, variant } = JSON.parse(Buffer.from(config).toString('utf8')) as Partial<
    Record<'os' | 'architecture' | 'variant', string>
  >;
  if (!os || !architecture) return undefined;
  return { os, architecture, ...(variant ? { variant } : {}) };
}
