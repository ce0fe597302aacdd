import type { Milliseconds } from '../domain/duration.ts';
import { TargetError } from '../domain/errors.ts';
import type { KubeObject, ResourceType } from '../domain/kubernetes.ts';
import { parseManifest } from '../domain/manifest/parse.ts';
import { describeAccess } from '../domain/permissions.ts';
import { isRefusal } from '../domain/refusal.ts';
import { builtInType } from '../domain/resource-types.ts';
import { isTrue } from '../domain/workloads/conditions.ts';
import type { Clock } from '../ports/clock.ts';
import type { Kube } from '../ports/kube.ts';

export interface InstallPorts {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Brings a chart's `crds/` folder into the cluster: what is missing is created; what exists is left alone, or
 * brought to the chart's version with `upgrade`. Helm itself does the first only on a first install, and the
 * second never (helm.sh/docs, custom resource definitions). Returns a line for each that changed.
 */
export async function installCrds(
  ports: InstallPorts,
  crds: string,
  mode: 'install' | 'upgrade',
): Promise<string[]> {
  const changed: string[] = [];
  const created: { readonly type: ResourceType; readonly name: string }[] = [];
  const { kube } = ports;
  for (const { object } of parseManifest(crds, () => '')) {
    const type = builtInType(object);
    if (type === undefined) continue;
    const { name } = object.metadata;
    const found = await kube.get(type, '', name);
    if (found === undefined) {
      await kube.create(type, '', object);
      created.push({ type, name });
      changed.push(`${name} created`);
    } else if (mode === 'upgrade') {
      const after = await kube.patch(type, '', name, wanted(object));
      if (after.metadata.resourceVersion !== found.metadata.resourceVersion) changed.push(`${name} upgraded`);
    }
  }
  for (const { type, name } of created) await untilServed(ports, type, name);
  return changed;
}

/** A new definition is served a moment after it was taken: before that helm does not find its kind. */
async function untilServed(
  { kube, clock, signal }: InstallPorts,
  type: ResourceType,
  name: string,
): Promise<void> {
  for (const giveUp = clock.now() + patience; clock.now() < giveUp; await clock.sleep(pause, signal)) {
    const found = await kube.get(type, '', name);
    if (found === undefined || isTrue(found, 'Established')) return;
  }
}

/** As long as Helm itself would wait for the definitions of a first install; then helm says what it misses. */
const patience: Milliseconds = 60_000;
const pause: Milliseconds = 200;

/**
 * What `installCrds` will do, a line each, found out by reading alone. Throws TargetError when this identity may not
 * do it: definitions belong to the whole cluster, and many a deployer owns one namespace only.
 */
export async function planCrds(
  kube: Kube,
  crds: string,
  mode: 'install' | 'upgrade',
  { dryRun }: { readonly dryRun: boolean },
): Promise<readonly string[]> {
  const found = await Promise.all(
    parseManifest(crds, () => '').map(async ({ object }) => {
      const { name } = object.metadata;
      const type = builtInType(object);
      return { name, isThere: type === undefined || (await reading(() => kube.get(type, '', name))) };
    }),
  );
  const missing = found.filter(({ isThere }) => !isThere);
  const older = mode === 'upgrade' ? found.filter(({ isThere }) => isThere) : [];
  const verbs = [...(missing.length > 0 ? ['create'] : []), ...(older.length > 0 ? ['patch'] : [])];
  const denied = dryRun ? [] : await kube.denied(verbs.map((verb) => ({ verb, ...definitions })));
  if (denied.length > 0) throw notAllowed(denied.map(describeAccess));
  return [
    ...missing.map(({ name }) => `create CRD ${name}`),
    ...older.map(({ name }) => `bring CRD ${name} to the chart's version`),
  ];
}

const definitions = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };

async function reading(get: () => Promise<KubeObject | undefined>): Promise<boolean> {
  try {
    return (await get()) !== undefined;
  } catch (error) {
    if (isRefusal(error, 403)) throw notAllowed([describeAccess({ verb: 'get', ...definitions })], error);
    throw error;
  }
}

const notAllowed = (missing: readonly string[], cause?: unknown): TargetError =>
  new TargetError(
    "this identity may not bring the chart's crds/ into the cluster",
    {
      subject: 'definitions in crds/',
      remedy: 'grant it in a ClusterRole, or have an administrator install them and set crds: skip',
      details: missing.map((access) => ['denied', access] as const),
    },
    { cause },
  );

/** Only what the chart says: the API server keeps the rest, and its own status. */
const wanted = ({ metadata: { labels, annotations }, spec }: KubeObject): object => ({
  metadata: { ...(labels && { labels }), ...(annotations && { annotations }) },
  spec,
});
