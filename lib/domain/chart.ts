/** Where a chart comes from, and what it is once it lies on this runner. */
export type ChartSource =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'repository'; readonly url: string; readonly name: string; readonly version?: string }
  | { readonly kind: 'oci'; readonly ref: string; readonly version?: string; readonly digest?: string };

export interface ChartAccess {
  readonly username?: string;
  readonly password?: string;
  /** PEM text of an extra certificate authority. */
  readonly ca?: string;
}

/** A chart as it lies on this runner, ready to be used. */
export interface Chart {
  /** Folder or .tgz. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  /** Digest of the archive: the registry's manifest digest for OCI, else empty. */
  readonly digest: string;
  /** Semver range of Kubernetes versions; empty when the chart names none. */
  readonly kubeVersion: string;
  /** The chart's own values.yaml, parsed. */
  readonly defaults: unknown;
  /** `name version` of each declared dependency that is not in charts/. */
  readonly missingDependencies: readonly string[];
  readonly hasCrds: boolean;
}
