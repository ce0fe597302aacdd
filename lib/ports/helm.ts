import type { Milliseconds } from '../domain/duration.ts';
import type { Chart, ChartAccess, ChartSource } from '../domain/chart.ts';
import type { RevisionFacts } from '../domain/helm/payload.ts';
import type { ReleaseRef } from '../domain/kubernetes.ts';

export type { Chart, ChartAccess, ChartSource };

export interface HelmVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** `v3.22.0`. */
  readonly text: string;
}

export interface ReleaseIntent {
  readonly release: ReleaseRef;
  readonly chart: Chart;
  /** In the order helm merges them; ours (inline values, images) come last. All are files, 0600 where ours. */
  readonly valuesFiles: readonly string[];
  readonly createNamespace: boolean;
  readonly historyMax?: number;
  readonly takeOwnership: boolean;
  readonly forceConflicts: boolean;
  readonly skipCrds: boolean;
  /** `hooks`: helm itself waits, because post hooks run after readiness. `none`: our watcher decides. */
  readonly wait: 'none' | 'hooks';
  readonly timeout: Milliseconds;
  readonly extraArgs: readonly string[];
  /** The render of this very intent was held against the API's schemas: helm need not load them a second time. */
  readonly validated?: boolean;
  /** `helm history` description; ours names the record. */
  readonly description?: string;
}

export interface HelmHook {
  readonly name: string;
  readonly kind: string;
  readonly events: readonly string[];
  readonly manifest: string;
}

/** What helm says a release is, from `-o json`. */
export interface HelmRelease {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  readonly status: string;
  readonly description: string;
  /** When Helm first installed this release, in UTC: it stays over upgrades, and an uninstall ends it. */
  readonly installedAt: string;
  readonly manifest: string;
  readonly hooks: readonly HelmHook[];
  readonly notes: string;
  readonly chart: string;
  readonly chartVersion: string;
  /** Bytes that Helm's Secret will hold; only a rendered release has it. */
  readonly storedBytes?: number;
  /** Only of a render. False: made without the cluster, which does not know the kinds that the chart's CRDs bring. */
  readonly validated?: boolean;
  /** Only of a render: on which side helm merges what it applies; one release keeps the side that it began with. */
  readonly appliedBy?: 'client' | 'server';
}

export interface HelmRun {
  readonly onLine?: (line: string) => void;
  /** With `wait: hooks`: everything is applied, and helm begins to wait for it. */
  readonly onWaiting?: () => void;
  readonly signal?: AbortSignal;
}

export interface RenderRun extends HelmRun {
  /** The cluster's version, however late it comes: for a chart whose own CRDs are not there yet. */
  readonly kubeVersion?: Promise<string>;
}

export interface Helm {
  version(): Promise<HelmVersion>;
  /** Fetches where it must; throws TargetError (unknown chart or version, refused credentials), each with a remedy. */
  chart(
    source: ChartSource,
    access: ChartAccess,
    options: { dependencyUpdate: boolean; signal?: AbortSignal },
  ): Promise<Chart>;
  /** The manifests in `crds/` of the chart and its subcharts, which helm installs once and never upgrades. */
  crds(chart: Chart): Promise<string>;
  /** Renders against the cluster without changing it (`--dry-run=server`). */
  render(intent: ReleaseIntent, run?: RenderRun): Promise<HelmRelease>;
  upgrade(intent: ReleaseIntent, run?: HelmRun): Promise<HelmRelease>;
  rollback(
    release: ReleaseRef,
    revision: number,
    options: {
      timeout: Milliseconds;
      historyMax?: number;
      wait: 'none' | 'hooks';
      /** As for the upgrade that is undone; ignored by Helm 3. */
      forceConflicts?: boolean;
    },
    run?: HelmRun,
  ): Promise<void>;
  uninstall(release: ReleaseRef, options: { timeout: Milliseconds }, run?: HelmRun): Promise<void>;
  test(
    release: ReleaseRef,
    options: { timeout: Milliseconds },
    run?: HelmRun,
  ): Promise<{ readonly passed: boolean; readonly output: string }>;
}

/** One stored revision, read from Helm's own Secrets: no helm process needed. */
export type Revision = RevisionFacts;

export interface ReleaseHistory {
  /** Newest first; manifests are decoded only on `read`. Throws TargetError when HELM_DRIVER is not secret. */
  list(release: ReleaseRef): Promise<readonly Pick<Revision, 'revision' | 'status'>[]>;
  read(release: ReleaseRef, revision: number): Promise<Revision | undefined>;
  /**
   * Writes the truth into Helm's history: `failed` becomes failed with the reason, and `restored`, when given,
   * becomes deployed again, label and payload. Edits the text, not a re-serialised object; refuses when
   * anything else would change; preconditioned on resourceVersion.
   */
  writeBack(release: ReleaseRef, truth: { failed: number; reason: string; restored?: number }): Promise<void>;
  /**
   * Helm compares an upgrade with the revision that it calls deployed, and where there is none, with the newest one.
   * `superseded` makes it do the latter; `deployed` takes that back. Whatever it compared with it calls superseded
   * afterwards: `failed` says again of a failed one what it was. Nothing else of the revision changes.
   */
  mark(release: ReleaseRef, revision: number, status: 'superseded' | 'deployed' | 'failed'): Promise<void>;
  /** Takes a revision away that never stood; refuses any other. It is no error when it is not there. */
  forget(release: ReleaseRef, revision: number): Promise<void>;
}
