import type { ImageRef } from '../domain/image-ref.ts';
import type { SigningKey } from '../domain/signing.ts';

export type { SigningKey };

/** Whose signature is good. */
export type TrustedSigner =
  /** A public key, or a key service that holds it. */
  | { readonly kind: 'public-key'; readonly key: string }
  /** The key that signs here; cosign is asked for its public half. */
  | { readonly kind: 'signing-key'; readonly key: string }
  /** Both regular expressions, as `cosign verify` takes them. */
  | { readonly kind: 'keyless'; readonly identity: string; readonly issuer: string };

export type SignatureVerdict =
  | { readonly kind: 'good' }
  /** No signature, or none of this signer. */
  | { readonly kind: 'none'; readonly why: string };

/** Signs what a registry holds, by digest. `ref` must have one. */
export interface Signer {
  /** As the tool says it. ToolError with the remedy where there is none. */
  version(): Promise<string>;
  /** ToolError when it cannot. */
  sign(ref: ImageRef, key: SigningKey, signal?: AbortSignal): Promise<void>;
  /** ToolError when it cannot be told (no network, a key that cannot be read). */
  verify(ref: ImageRef, signer: TrustedSigner, signal?: AbortSignal): Promise<SignatureVerdict>;
}
