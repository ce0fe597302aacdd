import { describeObject } from '../../kubernetes.ts';
import { containerSpec } from '../../workloads/container-spec.ts';
import { podKinds } from '../../workloads/newest-pods.ts';
import { containersOf } from '../../workloads/pod-status.ts';
import { sayContainer } from '../../workloads/pods.ts';
import { oneLine } from '../../words.ts';
import type { Case, Detection, Rule } from './rule.ts';

export const invalidImageName: Rule = {
  name: 'InvalidImageName',
  severity: 'terminal',
  kinds: podKinds,
  when: 'a container waits with reason InvalidImageName',
  trap: 'no registry is asked for such a name, so nothing pushed later can mend it; a name that is only not found is another finding',
  detect,
};

function detect({ id, pods }: Case): Detection[] {
  return pods.flatMap((pod) =>
    containersOf(pod).flatMap((container): Detection[] => {
      const { reason, message = '' } = container.status.state?.waiting ?? {};
      if (reason !== 'InvalidImageName') return [];
      const image = containerSpec(pod, container.status.name)?.image;
      return [
        {
          subject: describeObject(id),
          cause: `${sayContainer(pod, container)}: ${image === undefined ? 'its image' : `"${image}"`} is not an image name`,
          proof: oneLine(message === '' ? reason : message, 400),
          remedy: 'an image is registry/repository:tag in lower case: mend the values that it is made of',
        },
      ];
    }),
  );
}
