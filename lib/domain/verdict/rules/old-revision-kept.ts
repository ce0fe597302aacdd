import { describeObject } from '../../kubernetes.ts';
import { keptOldOnNodes } from '../../workloads/daemon-set.ts';
import { keptOld } from '../../workloads/stateful-set.ts';
import { plural } from '../../words.ts';
import type { Case, Detection, Rule } from './rule.ts';

export const oldRevisionKept: Rule = {
  name: 'OldRevisionKept',
  severity: 'advisory',
  kinds: ['apps/StatefulSet', 'apps/DaemonSet'],
  when: 'it counts as ready while some of its pods are of an older revision (partition, OnDelete)',
  trap: 'ready does not mean that the new version runs everywhere: said aloud, for a green step would hide it',
  detect,
};

function detect({ id, object, progress }: Case): Detection | undefined {
  const kept = object.kind === 'StatefulSet' ? keptOld(object) : keptOldOnNodes(object);
  if (!progress.ready || kept === 0) return undefined;
  return {
    subject: describeObject(id),
    cause: `${plural(kept, 'pod')} of an older revision stay, as its update strategy says`,
    proof: JSON.stringify((object.spec as { updateStrategy?: unknown } | undefined)?.updateStrategy ?? {}),
    remedy:
      'lower spec.updateStrategy.rollingUpdate.partition, or delete those pods, when they shall change too',
  };
}
