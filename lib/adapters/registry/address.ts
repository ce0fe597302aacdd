import type { ImageRef } from '../../domain/image-ref.ts';

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
