import type { ChartMetadata } from './manifest.ts';

/** A chart packed for publishing. */
export interface PackedChart {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  /** Chart.yaml as it lies in the archive. */
  readonly metadata: ChartMetadata;
  /** A .tgz whose bytes depend on the chart's files alone: no dates, no owners. */
  readonly archive: Uint8Array;
  /** SHA-256, hex, over the files in it: the same for the same chart, whoever packed it and when. */
  readonly sourceHash: string;
}

/** Where charts are published: a folder of an OCI registry, or a server with ChartMuseum's API. */
export type Destination =
  | { readonly kind: 'oci'; readonly registry: string; readonly folder: string }
  /** `url` as `helm repo add` takes it; `api` is where charts are uploaded: `https://museum.example.com/api/charts`. */
  | { readonly kind: 'chartmuseum'; readonly url: string; readonly api: string };

/** What a destination holds under this chart's name and version. */
export type Held =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'same'; readonly digest: string }
  | { readonly kind: 'other'; readonly digest: string };

/** What came of one destination. */
export interface Published {
  readonly destination: Destination;
  /** `oci://ghcr.io/acme/charts/shop:1.4.2`, `https://museum.example.com/charts/shop-1.4.2.tgz`. */
  readonly reference: string;
  readonly kind: 'published' | 'there';
  /** The manifest's in a registry; the archive's in ChartMuseum, which knows no other. */
  readonly digest: string;
}
