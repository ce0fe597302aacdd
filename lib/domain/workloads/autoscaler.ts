import type { KubeObject } from '../kubernetes.ts';
import { conditionOf, sayCondition } from './conditions.ts';
import { blocked, ready, type Kind, type Progress } from './kind.ts';

export const autoscaler: Kind = {
  name: 'autoscaling/HorizontalPodAutoscaler',
  gates: 'advisory',
  ready: 'its metrics can be read (condition ScalingActive), or its controller has not looked yet',
  trap: 'a new pod has no metrics for its first minute, and without a metrics server none ever has: told, never waited for',
  assess,
  needs: [],
};

/** Scaled to zero by hand is a wish, not a trouble. */
function assess(object: KubeObject): Progress {
  const active = conditionOf(object, 'ScalingActive');
  if (active?.status !== 'False' || active.reason === 'ScalingDisabled') return ready(1);
  return blocked(0, 1, sayCondition(active));
}
