import { isMap, valueAt } from '../images/values-path.ts';
import { describeObject } from '../kubernetes.ts';
import type { ManifestObject } from '../manifest/parse.ts';

/** What may lose requests or availability, and stops nothing. */
export interface Advice {
  /** `Deployment shop/web`. */
  readonly subject: string;
  /** A stable word for machines. */
  readonly rule:
    | 'max-unavailable'
    | 'recreate'
    | 'no-readiness-probe'
    | 'one-replica'
    | 'no-drain'
    | 'autoscaled';
  readonly why: string;
  readonly remedy: string;
}

type Manifest = readonly Pick<ManifestObject, 'id' | 'object'>[];

/**
 * Advice on serving without a gap, for Deployments and StatefulSets that serve: a Service of this manifest selects
 * their pods, or a container declares a port. Rules are Kubernetes' own defaults (kubernetes.io/docs, Deployment).
 */
export function adviceFor(manifest: Manifest): Advice[] {
  return manifest
    .filter(({ object }) => serves(object, manifest))
    .flatMap((one) => {
      const replicas = replicasOf(one, manifest);
      return [
        ...rolloutAdvice(one, replicas.most),
        ...readinessAdvice(one),
        ...replicaAdvice(one, replicas.least),
        ...drainAdvice(one),
        ...autoscalingAdvice(one, manifest),
      ];
    });
}

function rolloutAdvice({ id, object }: Manifest[number], replicas: number): Advice[] {
  if (object.kind !== 'Deployment') return [];
  const subject = describeObject(id);
  if (valueAt(object, ['spec', 'strategy', 'type']) === 'Recreate') {
    return [
      {
        subject,
        rule: 'recreate',
        why: 'strategy Recreate stops every old pod before the first new one starts',
        remedy: 'use strategy RollingUpdate with maxUnavailable: 0',
      },
    ];
  }
  const written = valueAt(object, ['spec', 'strategy', 'rollingUpdate', 'maxUnavailable']);
  const maxUnavailable = written ?? '25%';
  const pods = share(maxUnavailable, replicas);
  if (pods === 0) return [];
  return [
    {
      subject,
      rule: 'max-unavailable',
      why: `maxUnavailable is ${JSON.stringify(maxUnavailable).replaceAll(`"`, ``)}${written === undefined ? ' by default' : ''}: ${pods} of ${replicas} pods may be gone while it rolls out`,
      remedy: 'set strategy.rollingUpdate.maxUnavailable: 0',
    },
  ];
}

/** Kubernetes rounds a percentage of maxUnavailable down. */
function share(amount: unknown, replicas: number): number {
  if (typeof amount === 'number') return amount;
  const percent = /^(\d+)%$/.exec(String(amount))?.[1];
  return percent === undefined ? Number(amount) || 0 : Math.floor((Number(percent) * replicas) / 100);
}

function readinessAdvice({ id, object }: Manifest[number]): Advice[] {
  const containers = servingContainers(object).filter(
    (container) => container['readinessProbe'] === undefined,
  );
  return containers.map((container) => ({
    subject: describeObject(id),
    rule: 'no-readiness-probe',
    why: `container ${String(container['name'])} has no readiness probe: it counts as ready, and gets requests, as soon as its process runs`,
    remedy: 'give it a readinessProbe that answers only when it can serve',
  }));
}

function replicaAdvice({ id }: Manifest[number], least: number): Advice[] {
  if (least !== 1) return [];
  return [
    {
      subject: describeObject(id),
      rule: 'one-replica',
      why: 'it has one replica: a lost or drained node is an outage',
      remedy: 'run two or more, with a PodDisruptionBudget',
    },
  ];
}

function drainAdvice({ id, object }: Manifest[number]): Advice[] {
  const subject = describeObject(id);
  const grace = valueAt(podSpec(object), ['terminationGracePeriodSeconds']);
  if (typeof grace === 'number' && grace < 5) {
    return [
      {
        subject,
        rule: 'no-drain',
        why: `terminationGracePeriodSeconds is ${grace}: pods are killed with requests in flight`,
        remedy: 'give it the time that its longest request takes; 30 is the default',
      },
    ];
  }
  const containers = servingContainers(object).filter(
    (container) => valueAt(container, ['lifecycle', 'preStop']) === undefined,
  );
  return containers.map((container) => ({
    subject,
    rule: 'no-drain',
    why: `container ${String(container['name'])} has no preStop: requests still arrive for a moment after it was told to stop`,
    remedy:
      'add lifecycle.preStop.sleep.seconds: 5, unless the program itself keeps serving for a while after SIGTERM',
  }));
}

/** Once the autoscaler has chosen another number, the next release would reset it, and is refused. */
function autoscalingAdvice(one: Manifest[number], manifest: Manifest): Advice[] {
  if (scalerOf(one, manifest) === undefined || valueAt(one.object, ['spec', 'replicas']) === undefined)
    return [];
  return [
    {
      subject: describeObject(one.id),
      rule: 'autoscaled',
      why: 'it sets spec.replicas, and an autoscaler of this release chooses that number too',
      remedy: 'leave spec.replicas out of the template where the autoscaler is on',
    },
  ];
}

const scalerOf = ({ id }: Manifest[number], manifest: Manifest): Manifest[number]['object'] | undefined =>
  manifest.find(
    ({ object: other }) =>
      other.kind === 'HorizontalPodAutoscaler' &&
      valueAt(other, ['spec', 'scaleTargetRef', 'kind']) === id.kind &&
      valueAt(other, ['spec', 'scaleTargetRef', 'name']) === id.name,
  )?.object;

function replicasOf(one: Manifest[number], manifest: Manifest): { least: number; most: number } {
  const scaler = scalerOf(one, manifest);
  const { object } = one;
  const count = (value: unknown, fallback: number): number => (typeof value === 'number' ? value : fallback);
  const written = count(valueAt(object, ['spec', 'replicas']), 1);
  if (scaler === undefined) return { least: written, most: written };
  return {
    least: count(valueAt(scaler, ['spec', 'minReplicas']), 1),
    most: count(valueAt(scaler, ['spec', 'maxReplicas']), written),
  };
}

function serves(object: Manifest[number]['object'], manifest: Manifest): boolean {
  if (object.kind !== 'Deployment' && object.kind !== 'StatefulSet') return false;
  if (valueAt(object, ['spec', 'replicas']) === 0) return false;
  return selectedByService(object, manifest) || containersOf(object).some(hasPorts);
}

function selectedByService(object: Manifest[number]['object'], manifest: Manifest): boolean {
  const labels = valueAt(object, ['spec', 'template', 'metadata', 'labels']);
  return manifest.some(({ object: service }) => {
    const selector = service.kind === 'Service' ? valueAt(service, ['spec', 'selector']) : undefined;
    if (!isMap(selector) || !isMap(labels) || Object.keys(selector).length === 0) return false;
    return Object.entries(selector).every(([key, value]) => labels[key] === value);
  });
}

/** Those with a port; a single container serves whether it says so or not. */
function servingContainers(object: Manifest[number]['object']): Readonly<Record<string, unknown>>[] {
  const containers = containersOf(object);
  return containers.length === 1 ? containers : containers.filter(hasPorts);
}

const podSpec = (object: Manifest[number]['object']): unknown =>
  valueAt(object, ['spec', 'template', 'spec']);

function containersOf(object: Manifest[number]['object']): Readonly<Record<string, unknown>>[] {
  const containers = valueAt(podSpec(object), ['containers']);
  return Array.isArray(containers) ? containers.filter(isMap) : [];
}

const hasPorts = (container: Readonly<Record<string, unknown>>): boolean =>
  Array.isArray(container['ports']) && container['ports'].length > 0;
