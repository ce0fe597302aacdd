import { ToolError } from '../../domain/errors.ts';
import { inUtc } from '../../domain/helm/payload.ts';
import type { HelmHook, HelmRelease } from '../../ports/helm.ts';

/** The part of helm's own JSON that is read; both majors write it alike. */
interface ReleaseJson {
  readonly name?: string;
  readonly namespace?: string;
  readonly version?: number;
  readonly manifest?: string;
  /** Helm 4 only: `ssa` or `csa`. */
  readonly apply_method?: string;
  readonly info?: {
    readonly status?: string;
    readonly description?: string;
    readonly notes?: string;
    readonly first_deployed?: string;
  };
  readonly chart?: { readonly metadata?: { readonly name?: string; readonly version?: string } };
  readonly hooks?: readonly Partial<HelmHook>[] | null;
}

/** Reads what `helm upgrade --output json` prints. Throws ToolError when that is no release. */
export function parseRelease(stdout: string): HelmRelease {
  const json = releaseJson(stdout);
  if (json?.info === undefined || json.version === undefined) {
    throw new ToolError('helm ended well but printed no release', {
      argv: ['helm', 'upgrade'],
      exit: 0,
      lastLines: [], // the output may hold values
      remedy: 'run the step again with debug logging and report it',
    });
  }
  return {
    name: json.name ?? '',
    namespace: json.namespace ?? '',
    revision: json.version,
    status: json.info.status ?? '',
    description: json.info.description ?? '',
    installedAt: inUtc(json.info.first_deployed),
    manifest: json.manifest ?? '',
    hooks: (json.hooks ?? []).map((hook) => ({
      name: hook.name ?? '',
      kind: hook.kind ?? '',
      events: hook.events ?? [],
      manifest: hook.manifest ?? '',
    })),
    notes: json.info.notes ?? '',
    chart: json.chart?.metadata?.name ?? '',
    chartVersion: json.chart?.metadata?.version ?? '',
  };
}

/** Whether Helm applies this release from the client side: one that Helm 3 made stays so in Helm 4. */
export const appliedByClient = (stdout: string): boolean =>
  (releaseJson(stdout)?.apply_method ?? 'csa') === 'csa';

/** Lines of other things may stand before the JSON, never after it. */
function releaseJson(stdout: string): ReleaseJson | undefined {
  const start = /^\{/m.exec(stdout)?.index;
  if (start === undefined) return undefined;
  try {
    return JSON.parse(stdout.slice(start)) as ReleaseJson;
  } catch {
    return undefined;
  }
}

/** `Digest: sha256:…`, which `helm pull` of an OCI chart prints; empty for other charts. */
export const parseDigest = (output: string): string =>
  /^Digest: (sha256:[0-9a-f]{64})$/m.exec(output)?.[1] ?? '';
