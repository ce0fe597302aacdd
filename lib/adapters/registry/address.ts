/** Where things are in a registry's API (OCI distribution specification 1.1, "Endpoints"). */
import type { ImageRef } from '../../domain/image-ref.ts';
import type { RepositoryRef } from '../../domain/oci/types.ts';

/** Registries on this machine speak plain http, as container runtimes have it. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');

/** Where a registry's API is: Docker Hub's is not at its name. */
export function apiOf(registry: string, plainHttp: (hostname: string) => boolean): URL {
  const url = new URL(`https://${registry === 'docker.io' ? 'registry-1.docker.io' : registry}/v2/`);
  return plainHttp(url.hostname) ? new URL(`http://${url.host}/v2/`) : url;
}

/** The manifest's address; the digest wins over the tag, and neither means `latest`. */
export const manifestUrl = (api: URL, ref: ImageRef): URL =>
  new URL(`${ref.repository}/manifests/${ref.digest ?? ref.tag ?? 'latest'}`, api);

export const blobUrl = (api: URL, { repository }: RepositoryRef, digest: string): URL =>
  new URL(`${repository}/blobs/${digest}`, api);

/** Where an upload is begun; with `mount`, by asking for another repository's blob first. */
export function uploadsUrl(
  api: URL,
  { repository }: RepositoryRef,
  mount?: { readonly digest: string; readonly from: string },
): URL {
  const url = new URL(`${repository}/blobs/uploads/`, api);
  if (mount !== undefined)
    url.search = new URLSearchParams({ mount: mount.digest, from: mount.from }).toString();
  return url;
}

export const referrersUrl = (api: URL, { repository }: RepositoryRef, digest: string): URL =>
  new URL(`${repository}/referrers/${digest}`, api);

export const tagsPerPage = 1_000;

export const tagsUrl = (api: URL, { repository }: RepositoryRef): URL =>
  new URL(`${repository}/tags/list?n=${tagsPerPage}`, api);
