/** Who signs. */
export type SigningKey =
  /** Identity of the workflow, by OIDC; the signature is written to the public transparency log. */
  | { readonly kind: 'keyless' }
  /** As cosign takes it: `env://COSIGN_PRIVATE_KEY`, `awskms://…`, a file. Nothing is written to a public log. */
  | { readonly kind: 'key'; readonly key: string };
