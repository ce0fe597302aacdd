import type { KubeObject } from '../kubernetes.ts';
import { conditionOf, sayCondition } from './conditions.ts';
import { podStatus } from './pod-status.ts';
import { reasonAndMessage } from '../words.ts';

/** Why a node gave a pod up: pressure, preemption, shutdown, or it never took it (OutOfcpu). No container is to blame. */
const reasons =
  /^(?:Evicted|Preempting|NodeShutdown|Shutdown|Terminated|NodeLost|NodeAffinity|OutOf\w+|UnexpectedAdmissionError)$/;

/** `Evicted: The node was low on resource: memory.`; undefined when nobody else ended this pod. */
export function disruptionOf(pod: KubeObject): string | undefined {
  const { phase, reason = '', message } = podStatus(pod);
  if (phase === 'Failed' && reasons.test(reason)) return reasonAndMessage(reason, message);
  const target = conditionOf(pod, 'DisruptionTarget');
  return target?.status === 'True' ? reasonAndMessage('DisruptionTarget', sayCondition(target)) : undefined;
}
