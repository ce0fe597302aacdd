import { describeObject } from '../../kubernetes.ts';
import { disruptionOf } from '../../workloads/disruption.ts';
import { newestRevision, podKinds } from '../../workloads/newest-pods.ts';
import type { Case, Detection, Rule } from './rule.ts';

export const disrupted: Rule = {
  name: 'Disrupted',
  severity: 'advisory',
  kinds: podKinds.filter((kind) => kind !== '/Pod'),
  when: 'a pod of the newest revision was evicted, preempted, refused by its node or ended by its shutdown (reason, or condition DisruptionTarget), and the workload is not ready',
  trap: 'its controller makes another: neither it nor exit 137 of its containers is held against the release',
  detect,
};

function detect({ id, object, progress, seen }: Case): Detection[] {
  if (progress.ready) return [];
  return newestRevision(object, seen).flatMap((pod): Detection[] => {
    const why = disruptionOf(pod);
    if (why === undefined) return [];
    return [
      {
        subject: describeObject(id),
        key: pod.metadata.uid ?? '',
        cause: `pod ${pod.metadata.name} was ended from outside: ${why}`,
        proof: why,
        remedy: 'nothing in the release: see its node, and requests that match what it uses',
      },
    ];
  });
}
