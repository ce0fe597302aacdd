/** Two registries in memory, and the tagging step on them. */
import type { ImageFacts } from '../../lib/domain/tags/facts.ts';
import type { WantedTag } from '../../lib/domain/tags/guard.ts';
import type { StoredManifest } from '../../lib/ports/registry-store.ts';
import { tagImages } from '../../lib/steps/tag-images.ts';
import type { TagPass } from '../../lib/steps/tag-images.ts';
import { MemoryRegistry, pushImage } from '../support/memory-registry.ts';

export const [here, there] = [
  { registry: 'a.test', repository: 'shop' },
  { registry: 'b.test', repository: 'shop' },
];

const labelsOf = ({ sourceHash, version, created }: ImageFacts): Record<string, string> => ({
  ...(sourceHash === undefined ? {} : { 'dev.slipway.source-hash': sourceHash }),
  ...(version === undefined ? {} : { 'org.opencontainers.image.version': version }),
  ...(created === undefined ? {} : { 'org.opencontainers.image.created': created }),
});

export class Shop {
  readonly registry = new MemoryRegistry();
  readonly waited: number[] = [];
  /** It moves by 5 each time that it is asked. */
  #now = 0;

  tickBy(ms: number): void {
    this.#now += ms;
  }

  /** The same image in both registries. */
  async image(name: string, facts: ImageFacts = {}): Promise<StoredManifest> {
    await pushImage(this.registry, there, [name], labelsOf(facts));
    return pushImage(this.registry, here, [name], labelsOf(facts));
  }

  async tagged(tag: string, manifest: StoredManifest): Promise<void> {
    for (const place of [here, there]) await this.registry.putManifest({ ...place, tag }, manifest);
    this.registry.calls.length = 0;
  }

  tag(
    manifest: StoredManifest,
    tags: readonly WantedTag[],
    facts: ImageFacts = {},
    repositories = [here],
  ): Promise<TagPass> {
    const clock = {
      now: () => (this.#now += 5),
      sleep: async (ms: number) => void this.waited.push(ms),
    };
    const image = { digest: manifest.digest, facts };
    return tagImages({ repositories, tags, image, manifest }, { registry: this.registry, clock });
  }

  at(tag: string, place = here): string | undefined {
    return this.registry.at(place.registry, place.repository, tag);
  }
}

export const immutable = (tag: string): WantedTag => ({ tag, rule: 'immutable' });
export const free = (tag: string): WantedTag => ({ tag, rule: 'overwrite' });
