import type { ImageRef } from '../domain/image-ref.ts';
import type { RegistryAuth, RegistryCredentials, Resolution, ResolvedImage } from '../domain/registry.ts';

export type { RegistryAuth, RegistryCredentials, Resolution, ResolvedImage };

/** Reads only. */
export interface Registry {
  /** Does the manifest exist? One HEAD. */
  exists(ref: ImageRef, auth: RegistryAuth): Promise<Resolution['kind'] | { readonly unknown: string }>;
  /** Manifest, platform manifests and configs. */
  resolve(ref: ImageRef, auth: RegistryAuth): Promise<Resolution>;
}
