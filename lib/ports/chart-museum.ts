import type { Destination } from '../domain/published-chart/types.ts';

export type MuseumAddress = Pick<Destination & { kind: 'chartmuseum' }, 'url' | 'api'>;

/** A server with ChartMuseum's API (github.com/helm/chartmuseum, README, *API*). */
export interface ChartMuseum {
  /** The digest (`sha256:…`, of the archive) that it has for a version; undefined when it has none. */
  digest(museum: MuseumAddress, name: string, version: string): Promise<string | undefined>;
  archive(museum: MuseumAddress, name: string, version: string): Promise<Uint8Array>;
  /** `exists`: it would not overwrite. Throws TargetError when it refuses otherwise. */
  upload(museum: MuseumAddress, archive: Uint8Array): Promise<'saved' | 'exists'>;
}
