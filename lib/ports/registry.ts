import type { ImageRef } from '../domain/image-ref.ts';
import type { RegistryAuth, RegistryCredentials, Resolution, ResolvedImage } from '../domain/registry.ts';

export type { RegistryAuth, RegistryCredentials, Resolution, ResolvedImage };

/** Why it could not be told; `denied`: credentials were given, and the registry answered 401 or 403 to them. */
export interface Unknown {
  readonly unknown: string;
  readonly denied?: true;
}

/** Reads only. */
export interface Registry {
  /** Does the manifest exist? One HEAD. */
  exists(ref: ImageRef, auth: RegistryAuth): Promise<Resolution['kind'] | Unknown>;
  /** Manifest, platform manifests and configs. */
  resolve(ref: ImageRef, auth: RegistryAuth): Promise<Resolution>;
}
