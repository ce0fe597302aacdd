import { describeObject, type KubeObject } from '../../kubernetes.ts';
import { conditionOf } from '../../workloads/conditions.ts';
import { claimsOf } from '../../workloads/container-spec.ts';
import { podKinds } from '../../workloads/newest-pods.ts';
import { lostClaim } from '../../workloads/volume-claim.ts';
import { oneLine } from '../../words.ts';
import type { Case, Detection, Grace, Rule } from './rule.ts';

const graces = { '': { strict: 30_000, balanced: 120_000 } } as const satisfies Record<string, Grace>;

export const unschedulable: Rule = {
  name: 'Unschedulable',
  severity: 'likely',
  kinds: podKinds,
  when: 'condition PodScheduled=False with reason Unschedulable; with reason SchedulingGated it is advisory',
  graces,
  trap: 'an autoscaler may be bringing a node: each TriggeredScaleUp or Nominated event starts the patience anew (skaffold#6011); old pods that leave make room; a claim that waits for its first consumer is bound only when the pod is placed (helm#8715)',
  detect,
};

function detect({ id, pods, seen }: Case): Detection[] {
  return pods.flatMap((pod): Detection[] => {
    const { status, reason, message = '' } = conditionOf(pod, 'PodScheduled') ?? {};
    if (status !== 'False' || lostClaim(message) !== undefined) return [];
    const { uid = '', name } = pod.metadata;
    const about = { subject: describeObject(id), proof: oneLine(`${reason}: ${message}`, 400) };
    if (reason === 'SchedulingGated') {
      const cause = `pod ${name} is held by its scheduling gates`;
      return [
        {
          ...about,
          severity: 'advisory',
          key: uid,
          cause,
          remedy: 'whatever set spec.schedulingGates removes them',
        },
      ];
    }
    if (reason !== 'Unschedulable') return [];
    return [
      {
        ...about,
        key: `${uid} ${seen.nodesPromised(uid)}`,
        grace: graces[''],
        cause: `no node takes pod ${name}: ${sayNodes(message)}`,
        remedy: remedyOf(message, pod),
      },
    ];
  });
}

/**
 * `1 Insufficient cpu, 2 node(s) had untolerated taint {gpu: true} (0/3 nodes are available)`. From 1.34 on the scheduler
 * adds what dynamic resource allocation says of pods that claim none.
 */
function sayNodes(message: string): string {
  const [told = message] = message.split(
    /\.?\s*(?:no new claims to deallocate\b|\bpreemption:|\. not found\.?$)/,
  );
  const [, nodes, why] = /^(\d+\/\d+ nodes are available): (.+?)\.?$/s.exec(told.trim()) ?? [];
  return oneLine(nodes === undefined || why === undefined ? told : `${why} (${nodes})`);
}

/** The first that is named decides: it is what most nodes lack. */
function remedyOf(message: string, pod: KubeObject): string {
  const resource = /Insufficient (\S+?)[,.]?(?:\s|$)/.exec(message)?.[1];
  if (resource !== undefined) return `lower requests.${resource}, or add nodes that have it`;
  const claim = /persistentvolumeclaim "([^"]+)" not found/.exec(message)?.[1];
  if (claim !== undefined) return `create PersistentVolumeClaim ${claim}, or add it to the chart`;
  if (message.includes('unbound immediate PersistentVolumeClaims'))
    return `see why ${claimsOf(pod).join(', ') || 'its claim'} is not bound: storage class, provisioner, or a volume that fits`;
  if (message.includes('taint')) return 'tolerate the taint, or remove it from the node';
  if (/affinity|selector/.test(message))
    return 'compare nodeSelector and affinity with the labels of the nodes';
  return 'see its FailedScheduling events: kubectl describe pod';
}
