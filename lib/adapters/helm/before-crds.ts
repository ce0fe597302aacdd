/**
 * Rendering a chart whose own definitions are not in the cluster yet. Asked with the cluster's help, both majors
 * refuse: they look up every kind, and `crds/` comes only with the real install (helm.sh/docs, CRDs).
 */
import { TargetError } from '../../domain/errors.ts';
import { parseManifest } from '../../domain/manifest/parse.ts';
import type { ManifestObject } from '../../domain/manifest/parse.ts';
import type { HelmHook, HelmRelease, ReleaseIntent } from '../../ports/helm.ts';
import { unknownKind } from './rules-chart.ts';

interface Definition {
  readonly group?: string;
  readonly names?: { readonly kind?: string };
  readonly versions?: readonly { readonly name?: string }[];
}

/** Whether every kind that helm does not find is one that the chart's `crds/` will bring. */
export function isWithoutItsCrds(error: unknown, crds: string): boolean {
  if (!(error instanceof TargetError)) return false;
  const unknown = error.details.filter(([label]) => label === unknownKind).map(([, kind]) => kind);
  const brought = new Set(kindsIn(crds));
  return unknown.length > 0 && unknown.every((kind) => brought.has(kind));
}

/** `Widget in example.com/v1`, as the error names it. */
const kindsIn = (crds: string): string[] =>
  parseManifest(crds, () => '').flatMap(({ object }) => {
    const { group, names, versions = [] } = (object.spec ?? {}) as Definition;
    return versions.map(({ name }) => `${names?.kind} in ${group}/${name}`);
  });

/** What `helm template` printed, as a release: hooks stand among the other objects there, and notes are left out. */
export function parseTemplate(stdout: string, { release, chart }: ReleaseIntent): HelmRelease {
  const objects = parseManifest(stdout, () => release.namespace);
  const isHook = (found: ManifestObject): boolean => eventsOf(found).length > 0;
  return {
    ...release,
    revision: 1,
    status: '',
    description: '',
    installedAt: '',
    manifest: objects
      .filter((found) => !isHook(found))
      .map(({ text }) => `---\n${text}\n`)
      .join(''),
    hooks: objects.filter(isHook).map(asHook),
    notes: '',
    chart: chart.name,
    chartVersion: chart.version,
    validated: false,
  };
}

const asHook = (found: ManifestObject): HelmHook => ({
  name: found.id.name,
  kind: found.id.kind,
  events: eventsOf(found),
  manifest: found.text,
});

const eventsOf = ({ object }: ManifestObject): string[] =>
  (object.metadata.annotations?.['helm.sh/hook'] ?? '')
    .split(',')
    .map((event) => event.trim())
    .filter(Boolean)
    // Helm reads the old name as well.
    .map((event) => (event === 'test-success' ? 'test' : event));
