import type { KubeObject } from '../kubernetes.ts';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastUpdateTime?: string;
  readonly lastTransitionTime?: string;
  readonly observedGeneration?: unknown;
}

interface StatusWithConditions {
  readonly observedGeneration?: unknown;
  readonly conditions?: readonly Condition[];
}

export const conditionOf = (object: KubeObject, type: string): Condition | undefined =>
  (object.status as StatusWithConditions | undefined)?.conditions?.find(
    (condition) => condition.type === type,
  );

export const isTrue = (object: KubeObject, type: string): boolean =>
  conditionOf(object, type)?.status === 'True';

/** `reason: message`, whichever of them is there. */
export const sayCondition = ({ type, status, reason, message }: Condition): string =>
  [reason, message].filter((part) => part !== undefined && part !== '').join(': ') || `${type}=${status}`;

/** The generation that a status speaks of; undefined when it does not say (some controllers write text or a hash). */
export function observedGeneration(object: KubeObject): number | undefined {
  const observed = (object.status as StatusWithConditions | undefined)?.observedGeneration;
  return toGeneration(observed);
}

export function toGeneration(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

/** Built-in controllers always write observedGeneration: without it the status is nobody's word yet. */
export function unobserved(object: KubeObject): string | undefined {
  const wanted = object.metadata.generation ?? 0;
  const observed = observedGeneration(object);
  if (observed !== undefined && observed >= wanted) return undefined;
  return `the controller has not looked at generation ${wanted} yet`;
}
