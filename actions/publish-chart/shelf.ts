/** Where one chart goes: a registry or a ChartMuseum, asked and told the same way. */
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { TargetError, UnreachableError } from '../../lib/domain/errors.ts';
import type { ImageRef } from '../../lib/domain/image-ref.ts';
import type { Descriptor } from '../../lib/domain/oci/types.ts';
import { chartAddress, repositoryFor } from '../../lib/domain/published-chart/destination.ts';
import {
  archiveIn,
  archiveType,
  chartManifest,
  configOf,
  configType,
  manifestType,
} from '../../lib/domain/published-chart/manifest.ts';
import type { Destination, Held, PackedChart } from '../../lib/domain/published-chart/types.ts';
import { chartTag } from '../../lib/domain/published-chart/version.ts';
import { digestOf } from '../../lib/steps/digest-of.ts';
import { tagImages } from '../../lib/steps/tag-images.ts';
import type { Ports } from './ports.ts';

export interface Shelf {
  readonly destination: Destination;
  /** `oci://ghcr.io/acme/charts/shop:1.4.2`. */
  readonly reference: string;
  look(): Promise<Held>;
  /** The digest as registries are asked for it; undefined where there is no registry, and so nothing to sign. */
  signable(digest: string): ImageRef | undefined;
  /** Publishes, and returns the digest that the place then has. `unnamed` is done before anybody can find the chart. */
  put(unnamed: (ref: ImageRef) => Promise<void>): Promise<string>;
}

export const shelfFor = (destination: Destination, chart: PackedChart, ports: Ports): Shelf =>
  destination.kind === 'oci' ? inRegistry(destination, chart, ports) : inMuseum(destination, chart, ports);

function inRegistry(
  destination: Destination & { kind: 'oci' },
  chart: PackedChart,
  { store, packager, clock, signal }: Ports,
): Shelf {
  const repository = repositoryFor(destination, chart.name);
  const tagged: ImageRef = { ...repository, tag: chartTag(chart.version) };
  const reference = `${chartAddress(destination, chart.name)}:${chartTag(chart.version)}`;
  const described = (mediaType: string, bytes: Uint8Array): Descriptor => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });

  /** By what is in it: whoever may push can write any annotation. */
  const isSame = async (bytes: Uint8Array): Promise<boolean> => {
    const there = archiveIn(bytes);
    if (there === undefined || there.digest === digestOf(chart.archive)) return there !== undefined;
    // Another helm or zlib may have packed the same files.
    const archive = await store.blob(repository, there);
    return archive !== undefined && (await packager.sourceHashOf(archive)) === chart.sourceHash;
  };

  return {
    destination,
    reference,
    async look() {
      const manifest = await store.manifest(tagged);
      if (manifest === undefined) return { kind: 'nothing' };
      return { kind: (await isSame(manifest.bytes)) ? 'same' : 'other', digest: manifest.digest };
    },
    signable: (digest) => ({ ...repository, digest }),
    async put(unnamed) {
      const config = new TextEncoder().encode(configOf(chart.metadata));
      await Promise.all([store.putBlob(repository, config), store.putBlob(repository, chart.archive)]);
      const parts = {
        config: described(configType, config),
        archive: described(archiveType, chart.archive),
        sourceHash: chart.sourceHash,
      };
      const bytes = new TextEncoder().encode(chartManifest(chart.metadata, parts));
      const digest = digestOf(bytes);
      const manifest = { mediaType: manifestType, digest, bytes };
      await store.putManifest({ ...repository, digest }, manifest);
      await unnamed({ ...repository, digest });
      const tags = [{ tag: chartTag(chart.version), rule: 'immutable' }] as const;
      const order = { repositories: [repository], tags, image: { digest, facts: {} }, manifest };
      await tagImages(order, { registry: store, clock, signal });
      return digest;
    },
  };
}

function inMuseum(
  destination: Destination & { kind: 'chartmuseum' },
  chart: PackedChart,
  { museum, packager, clock }: Ports,
): Shelf {
  const { url } = destination;
  const { name, version } = chart;
  const reference = `${url}/charts/${name}-${version}.tgz`;
  const look = async (): Promise<Held> => {
    const digest = await museum.digest(destination, name, version);
    if (digest === undefined) return { kind: 'nothing' };
    const same =
      digest === digestOf(chart.archive) ||
      (await packager.sourceHashOf(await museum.archive(destination, name, version))) === chart.sourceHash;
    return { kind: same ? 'same' : 'other', digest };
  };
  /** ChartMuseum answers an upload first and rebuilds its index after. */
  const lookUntilShown = async (): Promise<Held> => {
    for (let tries = 1; ; tries++) {
      const held = await look();
      if (held.kind !== 'nothing' || tries === showTries) return held;
      await clock.sleep(showPause);
    }
  };
  return {
    destination,
    reference,
    look,
    signable: () => undefined,
    async put() {
      await museum.upload(destination, chart.archive);
      // Also when it would not overwrite: somebody else was quicker, perhaps with the same chart.
      const held = await lookUntilShown();
      if (held.kind === 'same') return held.digest;
      if (held.kind === 'other') throw overtaken(reference, digestOf(chart.archive), held.digest);
      throw new UnreachableError(`${reference}: the upload was accepted, yet the chart does not show there`);
    },
  };
}

const showTries = 20;
const showPause: Milliseconds = 500;

const overtaken = (reference: string, ours: string, theirs: string | undefined): TargetError =>
  new TargetError('another run published the same version at the same moment, with other content', {
    subject: reference,
    remedy: 'give one of the two another version; nothing more was published under this one by this step',
    details: [
      ['this step', ours],
      ['there now', theirs ?? 'nothing'],
    ],
  });
