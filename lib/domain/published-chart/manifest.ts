/** A chart as registries hold it (helm.sh, *Use OCI-based registries*; Helm's pkg/registry). */
import type { Descriptor } from '../oci/types.ts';

export type ChartMetadata = Readonly<Record<string, unknown>>;

export const configType = 'application/vnd.cncf.helm.config.v1+json';
export const archiveType = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
export const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** Which source a chart or an image was made from: two with the same are the same. */
const sourceAnnotation = 'dev.slipway.source-hash';

/** What Helm reads when it pulls: Chart.yaml as JSON, its keys in one order so that the same chart has the same bytes. */
export const configOf = (metadata: ChartMetadata): string => JSON.stringify(sorted(metadata));

/**
 * The manifest that ties config and archive together. Nothing in it depends on when or where it was made, so a chart
 * that is published twice has one digest. `created`, which Helm writes, is left out for that reason.
 */
export function chartManifest(
  metadata: ChartMetadata,
  parts: { readonly config: Descriptor; readonly archive: Descriptor; readonly sourceHash: string },
): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: parts.config,
    layers: [parts.archive],
    annotations: { ...annotationsOf(metadata), [sourceAnnotation]: parts.sourceHash },
  });
}

/** As Helm itself fills them from Chart.yaml. */
function annotationsOf(metadata: ChartMetadata): Record<string, string> {
  const [name, version, description, home] = ['name', 'version', 'description', 'home'].map((key) =>
    text(metadata[key]),
  );
  const [source] = list(metadata['sources']).map(text);
  const authors = list(metadata['maintainers']).map(maintainer).filter(Boolean).join(', ');
  const annotations = { title: name, version, description, url: home, source, authors };
  return Object.fromEntries(
    Object.entries(annotations)
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([key, value = '']) => [`org.opencontainers.image.${key}`, value]),
  );
}

function maintainer(value: unknown): string {
  const { name, email } = (typeof value === 'object' && value !== null ? value : {}) as ChartMetadata;
  return email === undefined ? text(name) : `${text(name)} (${text(email)})`;
}

/** The archive that a chart's manifest names; undefined when it is no chart. */
export function archiveIn(bytes: Uint8Array): Descriptor | undefined {
  let document: { layers?: unknown } | null;
  try {
    document = JSON.parse(new TextDecoder().decode(bytes)) as typeof document;
  } catch {
    return undefined;
  }
  return (list(document?.layers) as Descriptor[]).find(({ mediaType }) => mediaType === archiveType);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
