/** Whose signature counts. */
export type Trust =
  /** A public key: the text of one (PEM), a file, `env://NAME`, or a key service. */
  | { readonly kind: 'public-key'; readonly key: string }
  /** Both regular expressions, as `cosign verify` takes them. */
  | { readonly kind: 'keyless'; readonly identity: string; readonly issuer: string };

/** Refs whose workflows are believed when nobody says whom to trust: any branch can sign as itself. */
const trustedRefs = 'refs/(heads/(main|master|release/.+)|tags/.+)';

/**
 * A workflow of this repository that ran for `main`, `master`, `release/…` or a tag; or for what `refs`, a regular
 * expression, says instead.
 */
export const ownWorkflows = (server: string, repository: string, refs = trustedRefs): string =>
  `^${literal(`${server}/${repository}/.github/workflows/`)}[^@]+@${refs}$`;

/** Who vouches for a workflow's identity: GitHub's OIDC issuer, or that of a GitHub Enterprise Server. */
export const workflowIssuer = (server: string): string => {
  const url =
    server === 'https://github.com'
      ? 'https://token.actions.githubusercontent.com'
      : `${server}/_services/token`;
  return `^${literal(url)}$`;
};

const literal = (text: string): string => text.replaceAll(/[.+?^${}()|[\]\\*]/g, String.raw`\$&`);
