import type { Milliseconds } from '../domain/duration.ts';
import type { ImageRef } from '../domain/image-ref.ts';
import { isFloating } from '../domain/tags/guard.ts';
import type { WantedImage, WantedTag } from '../domain/tags/guard.ts';
import type { Clock } from '../ports/clock.ts';
import type { RegistryStore, RepositoryRef, StoredManifest } from '../ports/registry-store.ts';
import { limitTo } from './images-copy/limit.ts';
import { checkTag, checkTags } from './images-tag/check.ts';
import type { CheckedTag } from './images-tag/check.ts';
import { settleFloating } from './images-tag/floating.ts';
import { halfWay, inTheWay, lostRace } from './images-tag/refusals.ts';

export interface TagRequest {
  /** Each holds the manifest already, by its digest. */
  readonly repositories: readonly RepositoryRef[];
  readonly tags: readonly WantedTag[];
  readonly image: WantedImage & { readonly digest: string };
  readonly manifest: StoredManifest;
}

export interface TagOutcome {
  /** Repository and tag. */
  readonly ref: ImageRef;
  readonly outcome: 'written' | 'already' | 'stayed';
  /** What the tag stands for now; undefined for a floating one that stays away. */
  readonly digest?: string;
  /** What it stood for before it was written. */
  readonly before?: string;
  /** Why a floating tag stayed. */
  readonly why?: string;
}

export type TagPass =
  | {
      readonly kind: 'tagged';
      readonly tags: readonly TagOutcome[];
      /**
       * The widest time between asking for a tag and the answer to its write: what another run writes in it is
       * overwritten. 0 when nothing was written.
       */
      readonly window: Milliseconds;
    }
  /** An immutable tag stands for another build of the same source: nothing was written; tag that digest instead. */
  | { readonly kind: 'reuse'; readonly digest: string; readonly ref: ImageRef };

export interface TagPorts {
  readonly registry: RegistryStore;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

const atOnce = 6;

/**
 * For a run beside the registry whose process was kept waiting. Two processes that race for one tag on a busy machine went
 * unseen in 3 of 300 races where each waited as long as its own window alone, in 10 of 600 with 30 ms, in 1 of 900 with this.
 */
const leastSettling: Milliseconds = 50;

/** How long after its last write a run reads back: other runs' windows are taken to be at most twice as wide as its own. */
export const settleTime = (window: Milliseconds): Milliseconds => Math.max(leastSettling, 2 * window);

/**
 * Writes all tags in all repositories in one pass: first every tag is checked, and nothing is written while one is in
 * the way. Then each is checked once more, within one round trip before its write, immutable tags first, floating ones
 * last; and all are read back at the end.
 *
 * A registry has no compare-and-swap, so another run can write between our last check and our write. Who was overwritten
 * sees it when it reads back, provided that it does so after the other's write: hence `settleTime`. A run whose window is
 * wider than that goes unseen (test/domain/tags/interleaving.test.ts has every order of two runs); only the registry's
 * own immutability, or one run at a time, closes the gap.
 *
 * Throws TargetError when a tag is in the way, when a race was lost (both digests are named) and when a write fails:
 * then it says what was tagged and what not.
 */
export async function tagImages(request: TagRequest, ports: TagPorts): Promise<TagPass> {
  const { repositories, tags, image } = request;
  const checked = await checkTags(repositories, tags, image, ports.registry);
  const refused = inTheWay(checked);
  if (refused !== undefined) throw refused;
  const other = checked.find(({ decision }) => decision.kind === 'reuse');
  if (other?.decision.kind === 'reuse')
    return { kind: 'reuse', digest: other.decision.digest, ref: other.ref };
  return new Pass(request, ports).write(checked);
}

class Pass {
  readonly #request: TagRequest;
  readonly #ports: TagPorts;
  readonly #outcomes = new Map<CheckedTag, TagOutcome>();
  /** The tags of each repository after the writes, asked for once. */
  readonly #after = new Map<string, Promise<readonly string[] | undefined>>();
  #window: Milliseconds = 0;
  #lastWrite = 0;
  /** Something was written that others must not overwrite. */
  #mustHold = false;

  constructor(request: TagRequest, ports: TagPorts) {
    this.#request = request;
    this.#ports = ports;
  }

  async write(checked: readonly CheckedTag[]): Promise<TagPass> {
    const { image } = this.#request;
    const floats = (each: CheckedTag): boolean => isFloating(each.wanted, image);
    const waves = [
      checked.filter((each) => !floats(each) && each.wanted.rule === 'immutable'),
      checked.filter((each) => !floats(each) && each.wanted.rule !== 'immutable'),
      checked.filter(floats),
    ];
    try {
      for (const wave of waves) await this.#all(wave, (each) => this.#writeOne(each));
      await this.#settle();
      await this.#all(checked, (each) => this.#readBack(each, floats(each)));
    } catch (error) {
      const written = checked.filter((each) => this.#outcomes.get(each)?.outcome === 'written');
      const missing = checked.filter((each) => !this.#outcomes.has(each));
      throw halfWay(
        error,
        written.map(({ ref }) => ref),
        missing.map(({ ref }) => ref),
      );
    }
    const tags = checked.flatMap((each) => this.#outcomes.get(each) ?? []);
    return { kind: 'tagged', tags, window: this.#window };
  }

  /** What has begun is finished before the first error is thrown: the list of what was tagged is then true. */
  async #all(wave: readonly CheckedTag[], work: (each: CheckedTag) => Promise<void>): Promise<void> {
    const limit = limitTo(atOnce, this.#ports.signal);
    let failed = false;
    const started = wave.map((each) =>
      limit(async () => {
        if (failed) return;
        try {
          await work(each);
        } catch (error) {
          failed = true;
          throw error;
        }
      }),
    );
    const refused = (await Promise.allSettled(started)).find(({ status }) => status === 'rejected');
    if (refused?.status === 'rejected') throw refused.reason;
  }

  async #writeOne(each: CheckedTag): Promise<void> {
    const { image, manifest } = this.#request;
    const { registry, clock } = this.#ports;
    const { ref, wanted } = each;
    const askedAt = clock.now();
    const { decision } = await checkTag(ref, wanted, image, each.others, registry);
    switch (decision.kind) {
      case 'already':
        this.#outcomes.set(each, { ref, outcome: 'already', digest: decision.digest });
        return;
      case 'stay': {
        const { digest, why } = decision;
        const stays = digest === undefined ? {} : { digest };
        this.#outcomes.set(each, { ref, outcome: 'stayed', ...stays, why });
        return;
      }
      case 'reuse':
      case 'in-the-way':
        // It was free a moment ago.
        throw lostRace(ref, image.digest, decision.digest);
      case 'write': {
        await registry.putManifest(ref, manifest);
        this.#lastWrite = clock.now();
        this.#window = Math.max(this.#window, this.#lastWrite - askedAt);
        this.#mustHold ||= wanted.rule !== 'overwrite' || isFloating(wanted, image);
        const before = decision.over === undefined ? {} : { before: decision.over };
        this.#outcomes.set(each, { ref, outcome: 'written', digest: image.digest, ...before });
      }
    }
  }

  async #settle(): Promise<void> {
    const { clock, signal } = this.#ports;
    if (!this.#mustHold) return;
    const left = this.#lastWrite + settleTime(this.#window) - clock.now();
    if (left > 0) await clock.sleep(left, signal);
  }

  async #readBack(each: CheckedTag, floats: boolean): Promise<void> {
    const { image, manifest } = this.#request;
    const { registry } = this.#ports;
    const { ref, wanted } = each;
    const outcome = this.#outcomes.get(each);
    if (outcome === undefined || outcome.outcome === 'stayed') return;
    if (!floats) {
      const there = await registry.head(ref);
      if (there?.digest === image.digest) return;
      this.#outcomes.delete(each);
      throw lostRace(ref, image.digest, there?.digest);
    }
    const settled = await settleFloating(ref, wanted, image, manifest, await this.#listed(ref), registry);
    if (settled.kind === 'ours') return;
    const { digest, why } = settled;
    this.#outcomes.set(each, { ref, outcome: 'stayed', digest, why });
  }

  async #listed({ registry: host, repository }: RepositoryRef): Promise<readonly string[]> {
    const place = { registry: host, repository };
    const name = `${host}/${repository}`;
    const listed = this.#after.get(name) ?? this.#ports.registry.tags(place);
    this.#after.set(name, listed);
    return (await listed) ?? [];
  }
}
