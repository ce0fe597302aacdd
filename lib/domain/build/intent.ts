/** What is to be built, in the words of docker/build-push-action. */

export interface BuildSecret {
  readonly id: string;
  readonly from:
    | { readonly kind: 'value'; readonly value: string }
    | { readonly kind: 'file'; readonly path: string }
    /** The name of a variable of the step's environment. */
    | { readonly kind: 'env'; readonly name: string };
}

/** Everything that decides what comes out of a build, and how it is carried out. */
export interface BuildIntent {
  /** A folder of the workspace, as written. */
  readonly context: string;
  /** The Dockerfile, from the workspace; undefined: `Dockerfile` in the context. */
  readonly file: string | undefined;
  readonly target: string | undefined;
  /** `linux/amd64`; empty: the builder's own. */
  readonly platforms: readonly string[];
  /** `NAME=value`, or `NAME` for a variable of the step's environment. */
  readonly buildArgs: readonly string[];
  /** `name=path`, `name=docker-image://…`. */
  readonly buildContexts: readonly string[];
  readonly secrets: readonly BuildSecret[];
  readonly ssh: readonly string[];
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  readonly pull: boolean;
  readonly noCache: boolean;
  readonly noCacheFilters: readonly string[];
  /** `key=value`. */
  readonly labels: readonly string[];
  /** `key=value`, or `index:key=value`, `manifest[linux/amd64]:key=value`. */
  readonly annotations: readonly string[];
  /** Undefined: none. Else what buildx takes: `true`, `mode=max`. */
  readonly provenance: string | undefined;
  /** Undefined: none. */
  readonly sbom: string | undefined;
  readonly attests: readonly string[];
  /** Besides the push: `type=local,dest=out`. */
  readonly outputs: readonly string[];
  /** The image also goes to the Docker engine of this machine. */
  readonly load: boolean;
  readonly network: string | undefined;
  readonly addHosts: readonly string[];
  readonly allow: readonly string[];
  readonly shmSize: string | undefined;
  readonly ulimit: readonly string[];
  readonly cgroupParent: string | undefined;
}

/** The file that holds the steps, from the workspace. */
export const dockerfileOf = ({ file, context }: Pick<BuildIntent, 'file' | 'context'>): string =>
  file ?? `${context === '.' || context === '' ? '' : `${context.replace(/\/+$/, '')}/`}Dockerfile`;

/** More than one manifest comes out: an index. Attestations are manifests of their own. */
export const makesIndex = (intent: BuildIntent): boolean =>
  intent.platforms.length > 1 || hasAttestations(intent);

export const hasAttestations = ({ provenance, sbom, attests }: BuildIntent): boolean =>
  provenance !== undefined || sbom !== undefined || attests.length > 0;
