import type { Milliseconds } from '../../domain/duration.ts';
import type { Fault } from '../../domain/errors.ts';
import type { ReleaseRef } from '../../domain/kubernetes.ts';
import type { HelmVersion, ReleaseIntent } from '../../ports/helm.ts';
import { has, needed } from './version.ts';

/** Intent → arguments for helm. No value, password or token is ever among them. */

export const versionArgv: readonly string[] = ['version', '--template', '{{.Version}}'];

/** The inputs that this Helm cannot honour. */
export function unsupported(intent: ReleaseIntent, helm: HelmVersion): Fault[] {
  const asked = [
    ...(intent.takeOwnership ? (['take-ownership'] as const) : []),
    ...(intent.forceConflicts ? (['force-conflicts'] as const) : []),
  ];
  return asked
    .filter((input) => !has(helm, input))
    .map((input) => ({
      input,
      value: 'true',
      problem: `needs ${needed(input)}; ${helm.text} is on PATH (Azure/setup-helm brings another)`,
    }));
}

/** Whether a Helm could be too old for this: only then must its version be known first. */
export const dependsOnVersion = ({ takeOwnership, forceConflicts }: ReleaseIntent): boolean =>
  takeOwnership || forceConflicts;

/** Installs or upgrades, and says as JSON what came of it. */
export const upgradeArgv = (intent: ReleaseIntent, helm: HelmVersion): string[] =>
  shipArgv(intent, [
    ...waiting(intent.wait, helm),
    // Helm then says when it has applied and begins to wait, which is when our watcher may judge.
    ...(intent.wait === 'hooks' ? ['--debug'] : []),
    // A third of a small upgrade is loading the schemas, which the render did a moment ago.
    ...(intent.validated === true ? ['--disable-openapi-validation'] : []),
  ]);

/** The same call, rendered with what the cluster knows (lookups, API versions), nothing changed or waited for. */
export const renderArgv = (intent: ReleaseIntent): string[] => [...shipArgv(intent, []), '--dry-run=server'];

/** Renders without the cluster: nothing is looked up, so kinds may be unknown to it. */
export const templateArgv = (intent: ReleaseIntent, kubeVersion?: string): string[] => [
  'template',
  intent.release.name,
  intent.chart.path,
  ...inNamespace(intent.release),
  ...intent.valuesFiles.flatMap((file) => ['--values', file]),
  ...(kubeVersion === undefined ? [] : ['--kube-version', kubeVersion]),
];

const shipArgv = (intent: ReleaseIntent, wait: readonly string[]): string[] => [
  'upgrade',
  intent.release.name,
  intent.chart.path,
  '--install',
  ...inNamespace(intent.release),
  ...intent.valuesFiles.flatMap((file) => ['--values', file]),
  ...resetValues(intent.extraArgs),
  ...(intent.createNamespace ? ['--create-namespace'] : []),
  ...historyMax(intent.historyMax),
  ...(intent.takeOwnership ? ['--take-ownership'] : []),
  ...(intent.forceConflicts ? ['--force-conflicts'] : []),
  ...(intent.skipCrds ? ['--skip-crds'] : []),
  ...(intent.description === undefined ? [] : ['--description', intent.description]),
  ...wait,
  ...timeout(intent.timeout),
  ...intent.extraArgs,
  '--output',
  'json',
];

/** Without any values helm takes those of the last release, and nobody could tell from the workflow what runs. */
const resetValues = (extraArgs: readonly string[]): string[] =>
  extraArgs.some((arg) => /^--re(use|set|set-then-reuse)-values\b/.test(arg)) ? [] : ['--reset-values'];

export interface RollbackOrder {
  readonly timeout: Milliseconds;
  readonly historyMax?: number;
  readonly wait: 'none' | 'hooks';
  readonly forceConflicts?: boolean;
}

export const rollbackArgv = (
  release: ReleaseRef,
  revision: number,
  order: RollbackOrder,
  helm: HelmVersion,
): string[] => [
  'rollback',
  release.name,
  String(revision),
  ...inNamespace(release),
  ...historyMax(order.historyMax),
  ...(order.forceConflicts === true && has(helm, 'force-conflicts') ? ['--force-conflicts'] : []),
  ...waiting(order.wait, helm),
  ...timeout(order.timeout),
];

/** Waits until everything is gone: what is half deleted makes the next install fail. */
export const uninstallArgv = (release: ReleaseRef, within: Milliseconds, helm: HelmVersion): string[] => [
  'uninstall',
  release.name,
  ...inNamespace(release),
  '--ignore-not-found',
  ...waiting('hooks', helm),
  ...timeout(within),
];

/** Without `--logs`: it fails a passed test whose pod is gone already (hook-delete-policy). */
export const testArgv = (release: ReleaseRef, within: Milliseconds): string[] => [
  'test',
  release.name,
  ...inNamespace(release),
  ...timeout(within),
];

export interface PullOrder {
  /** `oci://host/path[@sha256:…]`, or `name/chart` of our own repository file. */
  readonly ref: string;
  readonly into: string;
  readonly version?: string;
  readonly caFile?: string;
  readonly plainHttp: boolean;
}

export const pullArgv = (order: PullOrder): string[] => [
  'pull',
  order.ref,
  '--destination',
  order.into,
  ...(order.version === undefined ? [] : ['--version', order.version]),
  ...transport(order),
];

/** Fetches the index of one repository of our own repository file. */
export const repoUpdateArgv = (name: string, helm: HelmVersion): string[] => [
  'repo',
  'update',
  name,
  ...(helm.major === 3 ? ['--fail-on-repo-update-fail'] : []), // Helm 4 always does
];

/** `build` follows Chart.lock exactly; `update` resolves anew, which is right only where there is no lock. */
export const dependencyArgv = (
  how: 'build' | 'update',
  chart: string,
  order: Pick<PullOrder, 'caFile' | 'plainHttp'>,
): string[] => ['dependency', how, chart, ...transport(order)];

/** Prints the chart's `crds/`, those of its subcharts too. */
export const crdsArgv = (chart: string): string[] => ['show', 'crds', chart];

/** Checks a chart as `helm lint` does; `strict` makes its warnings count. */
export const lintArgv = (
  chart: string,
  options: { readonly strict: boolean; readonly valuesFiles: readonly string[] },
): string[] => [
  'lint',
  chart,
  ...(options.strict ? ['--strict'] : []),
  ...options.valuesFiles.flatMap((file) => ['--values', file]),
];

export const packageArgv = (
  chart: string,
  order: { readonly into: string; readonly version?: string; readonly appVersion?: string },
): string[] => [
  'package',
  chart,
  '--destination',
  order.into,
  ...(order.version === undefined ? [] : ['--version', order.version]),
  ...(order.appVersion === undefined ? [] : ['--app-version', order.appVersion]),
];

const inNamespace = (release: ReleaseRef): string[] => ['--namespace', release.namespace];

const historyMax = (revisions: number | undefined): string[] =>
  revisions === undefined ? [] : ['--history-max', String(revisions)];

const timeout = (within: Milliseconds): string[] => ['--timeout', `${within}ms`];

const transport = ({ caFile, plainHttp }: Pick<PullOrder, 'caFile' | 'plainHttp'>): string[] => [
  ...(caFile === undefined ? [] : ['--ca-file', caFile]),
  ...(plainHttp ? ['--plain-http'] : []),
];

/**
 * Helm 4's own default is to wait for hooks only; it is named so that a changed default cannot change us.
 * Where helm must wait for readiness, because hooks come after it, 4 does it the legacy way: its watcher gates
 * every custom resource (helm#32615).
 */
function waiting(wait: 'none' | 'hooks', helm: HelmVersion): string[] {
  if (wait === 'hooks') return [helm.major === 3 ? '--wait' : '--wait=legacy'];
  return has(helm, 'hook-only wait by name') ? ['--wait=hookOnly'] : [];
}
