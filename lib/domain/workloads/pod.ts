import type { KubeObject } from '../kubernetes.ts';
import { blocked, ready, type Kind, type Progress, type Seen } from './kind.ts';
import { podStatus, restartPolicy } from './pod-status.ts';
import { blockedPods, isPodReady } from './pods.ts';

export const pod: Kind = {
  name: '/Pod',
  gates: 'default',
  ready: 'it is Ready, or has Succeeded when its restartPolicy lets it end',
  trap: 'a bare pod that failed, was evicted or whose node is gone comes back from nowhere: nobody owns it',
  assess,
  needs: ['Event'],
};

function assess(object: KubeObject, seen: Seen): Progress {
  if (object.metadata.deletionTimestamp !== undefined) return blocked(0, 1, 'it is being deleted');
  if (isPodReady(object)) return ready(1);
  if (podStatus(object).phase === 'Succeeded' && restartPolicy(object) !== 'Always') return ready(1);
  return blocked(0, 1, blockedPods([object], seen));
}
