import { adviceFor } from '../../../lib/domain/advice/advice.ts';
import type { Advice } from '../../../lib/domain/advice/advice.ts';
import type { Chart } from '../../../lib/domain/chart.ts';
import { ConfigurationError, TargetError } from '../../../lib/domain/errors.ts';
import { checkKubeVersion } from '../../../lib/domain/helm/kube-version.ts';
import { missingImages, renderedImages } from '../../../lib/domain/images/rendered.ts';
import type { AuditLine } from '../../../lib/domain/gate/audit.ts';
import type { ObjectId } from '../../../lib/domain/kubernetes.ts';
import { diffManifests } from '../../../lib/domain/manifest/diff.ts';
import type { ManifestDiff } from '../../../lib/domain/manifest/diff.ts';
import { judgeStoredSize } from '../../../lib/domain/manifest/size.ts';
import { parseManifest } from '../../../lib/domain/manifest/parse.ts';
import type { ManifestObject } from '../../../lib/domain/manifest/parse.ts';
import { inOrderOfBlame } from '../../../lib/domain/order.ts';
import { stuckIn } from '../../../lib/domain/repair/next-step.ts';
import type { HeldRevision } from '../../../lib/domain/repair/owed.ts';
import { chooseTargets } from '../../../lib/domain/verdict/targets.ts';
import type {
  Helm,
  HelmHook,
  HelmRelease,
  HelmVersion,
  ReleaseHistory,
  ReleaseIntent,
  Revision,
} from '../../../lib/ports/helm.ts';
import type { Files } from '../../../lib/ports/files.ts';
import type { Kube } from '../../../lib/ports/kube.ts';
import type { Registry } from '../../../lib/ports/registry.ts';
import { planCrds } from '../../../lib/steps/install-crds.ts';
import { checkNamespace } from '../../../lib/steps/namespace.ts';
import { resolveObjects } from '../../../lib/steps/resolve-objects.ts';
import type { Inputs } from '../inputs.ts';
import { describePreparation } from './preparation.ts';
import type { Preparation } from './preparation.ts';
import { beginRendering } from './rendering.ts';
import { checkTarget } from './target.ts';
import { authoredValues } from './values.ts';

/** Everything that the release will do, known before anything changes. */
export interface Plan {
  readonly helm: HelmVersion;
  readonly chart: Chart;
  readonly intent: ReleaseIntent;
  readonly rendered: HelmRelease;
  readonly objects: readonly ManifestObject[];
  /** What must become ready. */
  readonly gated: readonly ObjectId[];
  /** Looked at, but not waited for. */
  readonly advisory: readonly ObjectId[];
  /** The revision that Helm calls deployed; undefined on a first install. */
  readonly previous: Revision | undefined;
  /** Newest revision number in Helm's history, whatever its status; 0 when there is none. */
  readonly newest: number;
  /** The installation that this release goes on with; undefined when it is a new one. */
  readonly installedAt: string | undefined;
  /** Container → image reference as rendered. */
  readonly images: Readonly<Record<string, string>>;
  readonly valuesHash: string;
  readonly diff: ManifestDiff;
  readonly advice: readonly Advice[];
  /** What is not as good as it could be, and does not stop the release. */
  readonly warnings: readonly string[];
  /** Step 0, in this order: the namespace, when it is missing and may be created. */
  readonly preparations: readonly Preparation[];
  /** What comes before Helm's own change, a line each: the namespace, the chart's definitions. */
  readonly first: readonly string[];
  /** Who let it out; undefined where no gate was told of. */
  readonly approval?: AuditLine;
}

/** Helm lets nobody in: no plan can be made before somebody has ended, or what was left is put right. */
export interface NoPlan {
  readonly stuck: HeldRevision;
}

export interface PlanPorts {
  readonly helm: Helm;
  readonly kube: Kube;
  readonly history: ReleaseHistory;
  readonly registry: Registry;
  readonly files: Files;
  readonly signal: AbortSignal;
}

/**
 * Looks at everything that can be known without changing anything: cluster, permissions, chart, values, images,
 * and what Helm would apply. Throws the first fault in an order that a person can follow.
 */
export async function makePlan(inputs: Inputs, ports: PlanPorts): Promise<Plan | NoPlan> {
  const { release } = inputs;
  const server = ports.kube.version();
  const authored = authoredValues(inputs, ports.files);
  const chart = ports.helm.chart(inputs.chart, inputs.chartAccess, {
    dependencyUpdate: inputs.dependencyUpdate,
    signal: ports.signal,
  });
  await using rendering = beginRendering(inputs, { server, authored, chart }, ports);
  const [, { gitVersion }, helm, namespaceExists, revisions, found] = await inOrderOfBlame([
    authored,
    server,
    ports.helm.version(),
    checkNamespace(ports.kube, release.namespace, inputs.createNamespace),
    ports.history.list(release),
    chart,
  ]);
  checkChart(found, gitVersion);
  const stuck = stuckIn(revisions);
  if (stuck !== undefined) return { stuck };

  const [newest] = revisions;
  const goesOn = newest !== undefined && newest.status !== 'uninstalled';
  const deployed = deployedOf(revisions);
  const current = deployed ?? (goesOn ? newest : undefined);
  const [revision, { intent, valuesHash, rendered }, crds] = await inOrderOfBlame([
    current === undefined ? Promise.resolve(undefined) : ports.history.read(release, current.revision),
    rendering.done,
    plannedCrds(found, inputs, ports),
  ]);
  const previous = deployed === undefined ? undefined : revision;
  const size = checkSize(rendered, release);
  const manifest = await resolveObjects(ports.kube, rendered.manifest, release.namespace);
  const { gated, advisory, faults } = chooseTargets(manifest.objects, inputs);
  const waits = postHooks(rendered, goesOn ? 'post-upgrade' : 'post-install');
  if (faults.length > 0) throw new ConfigurationError(faults);
  if (waits.length > 0 && inputs.ignore.length > 0) refuseIgnore(inputs, waits);
  const images = renderedImages(manifest.objects);
  const hooks = hookObjects(rendered, inputs.tests);
  const hookImages = renderedImages(hooks);
  const missing = missingImages(inputs.images, { ...hookImages, ...images });
  if (missing.length > 0) throw new ConfigurationError(missing);

  const wanted = { manifest, gated, hooks, images: { ...hookImages, ...images } };
  const deployedObjects = parseManifest(previous?.manifest ?? '', () => release.namespace);
  const target = { namespaceExists, deployed: deployedObjects, appliedBy: rendered.appliedBy ?? 'client' };
  const allowed = checkTarget(wanted, target, inputs, ports);
  // Compared while the API answers.
  const diff = diffManifests(previous?.manifest ?? '', rendered.manifest);
  const unsure = await allowed;
  const preparations: Preparation[] = namespaceExists
    ? []
    : [{ kind: 'create namespace', name: release.namespace }];
  return {
    helm,
    chart: found,
    intent: {
      ...intent,
      createNamespace: false,
      // Ours come before helm, which would want to create them again, on a first install even where they exist.
      skipCrds: true,
      wait: waits.length > 0 ? 'hooks' : 'none',
      validated: rendered.validated === true,
    },
    rendered,
    objects: manifest.objects,
    gated,
    advisory,
    previous,
    newest: newest?.revision ?? 0,
    installedAt: revision?.installedAt,
    images,
    valuesHash,
    diff,
    advice: adviceFor(manifest.objects),
    warnings: [...size, ...unsure, ...(rendered.validated === true ? [] : [unvalidated])],
    preparations,
    first: [...preparations.map(describePreparation), ...crds],
  };
}

/** The chart's `crds/` as they will come into the cluster; none where the author has them skipped. */
async function plannedCrds(
  chart: Chart,
  inputs: Inputs,
  { helm, kube }: PlanPorts,
): Promise<readonly string[]> {
  if (inputs.crds === 'skip' || !chart.hasCrds) return [];
  return planCrds(kube, await helm.crds(chart), inputs.crds, inputs);
}

const unvalidated =
  "rendered without the cluster, which does not know the chart's CRDs yet: lookups are empty, and its schemas are applied only when helm installs";

/** Which revision Helm calls deployed. */
export const deployedOf = <R extends Pick<Revision, 'revision' | 'status'>>(
  revisions: readonly R[],
): R | undefined => revisions.find(({ status }) => status === 'deployed');

function checkChart(chart: Chart, server: string): void {
  const kubeVersion = checkKubeVersion(chart.kubeVersion, server);
  if (!kubeVersion.ok) {
    throw new TargetError(
      `chart ${chart.name} ${chart.version} needs Kubernetes ${chart.kubeVersion}; the cluster is ${server}`,
      {
        subject: `chart ${chart.name}`,
        remedy: 'upgrade the cluster, or take a version of the chart that supports it',
      },
    );
  }
  if (chart.missingDependencies.length > 0) {
    throw new TargetError(
      `chart ${chart.name} lacks ${chart.missingDependencies.length} of its dependencies in charts/`,
      {
        subject: `chart ${chart.name}`,
        remedy: 'set dependency-update: true, or run helm dependency build before and commit charts/',
        details: chart.missingDependencies.map((name) => ['missing', name] as const),
      },
    );
  }
}

/** Helm keeps a revision in one Secret: what does not fit is refused by the API only after everything was applied. */
function checkSize({ storedBytes }: HelmRelease, { name, namespace }: Inputs['release']): string[] {
  const { kind, stored, percent } = judgeStoredSize(storedBytes ?? 0);
  const remedy = 'keep large files out of the chart (.helmignore), or split it';
  const text = `this revision takes ${stored} bytes in Helm's Secret, ${percent} % of what Kubernetes allows`;
  if (kind === 'too large')
    throw new TargetError(text, { subject: `release ${name} in namespace ${namespace}`, remedy });
  return kind === 'near' ? [`${text}: ${remedy}`] : [];
}

/**
 * Post hooks run after readiness, so helm itself must wait where the chart has them. Helm upgrades whatever has a
 * history, a first install that failed included, and installs anew only what was uninstalled.
 */
const postHooks = (rendered: HelmRelease, event: 'post-install' | 'post-upgrade'): readonly HelmHook[] =>
  rendered.hooks.filter(({ events }) => events.includes(event));

function refuseIgnore({ ignore }: Inputs, [hook]: readonly HelmHook[]): never {
  const problem = `cannot be honoured: the chart's hook ${hook?.kind} ${hook?.name} runs after readiness, so helm itself waits for everything`;
  throw new ConfigurationError([{ input: 'ignore', value: ignore.join(', '), problem }]);
}

/** The objects of the hooks that will run; a chart's tests only when they are asked for. */
function hookObjects({ hooks, namespace }: HelmRelease, withTests: boolean): ManifestObject[] {
  const isTest = ({ events }: HelmHook): boolean => events.every((event) => event.startsWith('test'));
  return hooks
    .filter((hook) => withTests || !isTest(hook))
    .flatMap(({ manifest }) => parseManifest(manifest, () => namespace));
}
