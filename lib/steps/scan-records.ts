/** The result of a scan, kept beside the image that was scanned. */
import type { Descriptor, StoredManifest } from '../domain/oci/types.ts';
import { contentOf } from '../domain/promotion/manifest.ts';
import { parseScanRecord, scanArtifactType, writeScanRecord } from '../domain/promotion/scan-record.ts';
import type { ScanRecord } from '../domain/promotion/scan-record.ts';
import type { RegistryStore, RepositoryRef } from '../ports/registry-store.ts';
import { digestOf } from './digest-of.ts';
import { putReferrer } from './images-copy/put-referrer.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
/** The specification's own blob of two bytes, for artifacts that have no config. */
const emptyConfig = { mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') };

/** Attaches it to the image's digest; promotion copies it with the image. Returns the digest of the record's manifest. */
export async function attachScan(
  repository: RepositoryRef,
  subject: Descriptor,
  record: ScanRecord,
  registry: RegistryStore,
): Promise<string> {
  const bytes = writeScanRecord(record);
  await registry.putBlob(repository, emptyConfig.bytes);
  await registry.putBlob(repository, bytes);
  const { mediaType, digest, size } = subject;
  const manifest = manifestOf({
    schemaVersion: 2,
    mediaType: manifestType,
    artifactType: scanArtifactType,
    config: blobOf(emptyConfig.mediaType, emptyConfig.bytes),
    layers: [blobOf(scanArtifactType, bytes)],
    subject: { mediaType, digest, size },
    annotations: { 'org.opencontainers.image.created': record.at, 'dev.slipway.run': record.run },
  });
  await putReferrer(repository, manifest, registry);
  return manifest.digest;
}

/** Every scan that is on record for the digest; what cannot be read as one is left out. */
export async function scansOf(
  { registry: host, repository }: RepositoryRef,
  digest: string,
  registry: Pick<RegistryStore, 'referrers' | 'manifest' | 'blob'>,
): Promise<readonly ScanRecord[]> {
  const place = { registry: host, repository };
  const listed = await registry.referrers(place, digest);
  const ours = listed.filter(({ artifactType }) => artifactType === scanArtifactType);
  const read = ours.map(async (each): Promise<ScanRecord | undefined> => {
    const manifest = await registry.manifest({ ...place, digest: each.digest });
    const layer = manifest && contentOf(manifest)?.blobs[1];
    const bytes = layer && (await registry.blob(place, layer));
    return bytes && parseScanRecord(bytes);
  });
  return (await Promise.all(read)).filter((record) => record !== undefined);
}

function manifestOf(document: object): StoredManifest {
  const bytes = Buffer.from(JSON.stringify(document));
  return { mediaType: manifestType, digest: digestOf(bytes), bytes };
}

const blobOf = (mediaType: string, bytes: Uint8Array): Descriptor => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});
