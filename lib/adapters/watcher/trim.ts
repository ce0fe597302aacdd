import type { KubeObject, ObjectMeta, ResourceType } from '../../domain/kubernetes.ts';
import { failFastAnnotation } from '../../domain/verdict/fail-fast.ts';

/** Texts in a status are bounded: a container may leave kilobytes of last words. */
const longestText = 1_000;

type Fields = Readonly<Record<string, unknown>>;

/** Whose sum is the patience that the probe's own author has with it. */
const readiness = ['initialDelaySeconds', 'periodSeconds', 'failureThreshold', 'successThreshold'].map(
  (field) => `readinessProbe.${field}`,
);

/** What is kept of `spec` and `status`; a path with a dot goes into maps, `[]` into each item of a list. */
const kept: Readonly<Record<string, Shape>> = compiledEach({
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.initContainers[].restartPolicy',
    'spec.volumes[].persistentVolumeClaim.claimName',
    ...['initContainers', 'containers'].flatMap((list) =>
      ['name', 'image', 'resources.limits.memory', 'volumeMounts[].mountPath', ...readiness].map(
        (field) => `spec.${list}[].${field}`,
      ),
    ),
    'status.phase',
    'status.reason',
    'status.message',
    'status.conditions',
    ...['initContainerStatuses', 'containerStatuses'].flatMap((list) =>
      ['name', 'ready', 'started', 'restartCount', 'imageID', 'state', 'lastState'].map(
        (field) => `status.${list}[].${field}`,
      ),
    ),
  ],
  Event: ['involvedObject', 'type', 'reason', 'message', 'count', 'series.count'],
  CustomResourceDefinition: ['status.conditions'],
  Service: ['spec.type', 'status.loadBalancer'],
  Ingress: ['status.loadBalancer'],
});

const workload = compiled([
  'spec.replicas',
  'spec.paused',
  'spec.suspend',
  'spec.completions',
  'spec.minReadySeconds',
  'spec.progressDeadlineSeconds',
  'spec.updateStrategy',
  'spec.strategy.type',
  'spec.podManagementPolicy',
  'spec.volumeName',
  'status',
]);

const custom = compiled(['status.conditions', 'status.observedGeneration']);

/** Takes secrets out of a text. */
export type Hide = (text: string) => string;

/**
 * The part of an object that judging may read: enough to replay a verdict, without env, volumes, managed
 * fields. Items of a list bear no apiVersion and kind of their own: the type they were listed by has them.
 */
export function trim(object: KubeObject, type: ResourceType, hide: Hide = (text) => text): KubeObject {
  const fields = pick(object, kept[type.kind] ?? (isBuiltIn(type) ? workload : custom));
  return {
    apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
    kind: type.kind,
    metadata: trimMeta(object.metadata),
    ...(clip(quiet(fields, type, hide)) as Fields),
  };
}

/** Of its probes and its lifecycle hooks; older kubelets quote what those say in events, newer ones in the status alone. */
const quoting = new Set(['Unhealthy', 'FailedPostStartHook', 'FailedPreStopHook']);

/** Only here do a container's own words come in: its last ones, and what its probes and lifecycle hooks said. */
function quiet(fields: Fields, { kind }: ResourceType, hide: Hide): Fields {
  const { reason, message } = fields;
  if (kind === 'Event' && quoting.has(String(reason)) && typeof message === 'string')
    return { ...fields, message: hide(message) };
  return kind === 'Pod' ? (withLastWords(fields, hide) as Fields) : fields;
}

function withLastWords(value: unknown, hide: Hide, state = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withLastWords(item, hide));
  if (typeof value !== 'object' || value === null) return value;
  const isOwn = state === 'terminated' || (state === 'waiting' && isOfHook(value));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      isOwn && key === 'message' && typeof item === 'string' ? hide(item) : withLastWords(item, hide, key),
    ]),
  );
}

const isOfHook = (waiting: { readonly reason?: unknown }): boolean => waiting.reason === 'PostStartHookError';

const isBuiltIn = ({ group }: ResourceType): boolean => group === '' || group === 'apps' || group === 'batch';

/** Annotations and labels by which controllers tell revisions apart, and in which an author speaks to us. */
const keptKeys = [
  failFastAnnotation,
  'deployment.kubernetes.io/revision',
  'deprecated.daemonset.template.generation',
  'controller-revision-hash',
  'pod-template-generation',
  'pod-template-hash',
];

const metaFields = compiled([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'finalizers',
  ...['kind', 'name', 'uid', 'controller'].map((field) => `ownerReferences[].${field}`),
]);

function trimMeta(meta: ObjectMeta): ObjectMeta {
  const labels = keptOf(meta.labels);
  const annotations = keptOf(meta.annotations);
  return {
    ...(pick(meta as unknown as Fields, metaFields) as unknown as ObjectMeta),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

function keptOf(map: Readonly<Record<string, string>> | undefined): Record<string, string> | undefined {
  const entries = keptKeys.flatMap((key) => (map?.[key] === undefined ? [] : [[key, map[key]] as const]));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Paths by their first part, sorted out once: every object of every event goes through them. */
interface Field {
  readonly name: string;
  readonly isList: boolean;
  /** What is kept below; everything when undefined. */
  readonly below: Shape | undefined;
}

type Shape = readonly Field[];

function compiled(paths: readonly string[]): Shape {
  const groups = Map.groupBy(paths, (path) => path.split('.', 1)[0] ?? '');
  return [...groups].map(([head, members]) => {
    const below = members.flatMap((path) => (path === head ? [] : [path.slice(head.length + 1)]));
    return {
      name: head.replace('[]', ''),
      isList: head.endsWith('[]'),
      below: below.length === 0 ? undefined : compiled(below),
    };
  });
}

function compiledEach(paths: Readonly<Record<string, readonly string[]>>): Record<string, Shape> {
  return Object.fromEntries(Object.entries(paths).map(([kind, each]) => [kind, compiled(each)]));
}

function pick(source: Fields, shape: Shape): Fields {
  const picked: Record<string, unknown> = {};
  for (const { name, isList, below } of shape) {
    const value = source[name];
    if (value === undefined || value === null) continue;
    if (below === undefined) picked[name] = value;
    else if (!isList) picked[name] = pick(value as Fields, below);
    else if (Array.isArray(value)) {
      const items = value
        .map((item: Fields) => pick(item, below))
        .filter((item) => Object.keys(item).length > 0);
      // Of the volumes all but the claims go, and most pods have none.
      if (items.length > 0 || value.length === 0) picked[name] = items;
    }
  }
  return picked;
}

function clip(value: unknown): unknown {
  if (typeof value === 'string')
    return value.length > longestText ? `${value.slice(0, longestText)}…` : value;
  if (Array.isArray(value)) return value.map(clip);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clip(item)]));
}
