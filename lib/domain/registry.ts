/** What a registry knows of an image, and who may ask. */
export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
  /** The refresh token that `docker login` was given instead of a password (Azure's registries). */
  readonly identityToken?: string;
}

/** By registry host, as a docker config has them. */
export type RegistryAuth = Readonly<Record<string, RegistryCredentials>>;

/** Everything that a runtime may report for one reference: the manifest, the platforms in it, their configs. */
export interface ResolvedImage {
  readonly digest: string;
  readonly platforms: readonly { readonly digest: string; readonly platform: string }[];
  readonly configs: readonly string[];
}

export type Resolution =
  | { readonly kind: 'found'; readonly image: ResolvedImage }
  /** 404 under accepted credentials: the only answer that refuses. */
  | { readonly kind: 'absent' }
  /** 401, 403, unreachable, 5xx: nodes may hold credentials of their own. `denied`: 401 or 403 to credentials. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly denied?: true };
