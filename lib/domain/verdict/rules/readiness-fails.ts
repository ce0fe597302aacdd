import { formatDuration } from '../../duration.ts';
import { describeObject } from '../../kubernetes.ts';
import { containerSpec, probeBudget } from '../../workloads/container-spec.ts';
import { podKinds } from '../../workloads/newest-pods.ts';
import { containersOf } from '../../workloads/pod-status.ts';
import { sayContainer } from '../../workloads/pods.ts';
import { oneLine } from '../../words.ts';
import type { Case, Detection, Grace, Rule } from './rule.ts';

const onTop = { strict: 0, balanced: 30_000 } as const satisfies Grace;

export const readinessFails: Rule = {
  name: 'ReadinessFails',
  severity: 'likely',
  kinds: podKinds.filter((kind) => kind !== 'batch/Job'),
  when: 'a container runs, has started, and its readiness probe has not let it be ready',
  graces: { 'after its own budget (initialDelaySeconds + periodSeconds × failureThreshold)': onTop },
  trap: 'a slow start is for the startup probe to bound: before it has passed nothing is called here; a probe that flaps begins anew each time it passes, and each restart too; a container without a readiness probe is never called; a Job’s pod has only to end',
  detect,
};

function detect({ id, pods, seen }: Case): Detection[] {
  return pods.flatMap((pod) =>
    containersOf(pod).flatMap((container): Detection[] => {
      const { name, ready, started, state, restartCount } = container.status;
      const probe = containerSpec(pod, name)?.readinessProbe;
      if (state?.running === undefined || ready || started === false || probe === undefined) return [];
      const budget = probeBudget(probe);
      const { uid = '' } = pod.metadata;
      const words = seen
        .warnings(uid)
        .find((w) => w.reason === 'Unhealthy' && w.container === name && w.message.startsWith('Readiness'));
      return [
        {
          subject: describeObject(id),
          key: `${uid} ${name} ${restartCount}`,
          grace: { strict: budget + onTop.strict, balanced: budget + onTop.balanced },
          cause: `${sayContainer(pod, container)}: ${oneLine(words?.message ?? 'its readiness probe has not passed')}`,
          proof: oneLine(
            `${words?.message ?? 'running, not ready'}; the probe’s own budget is ${formatDuration(budget)}`,
            400,
          ),
          remedy: 'read its log; if it needs longer to start, give it a startupProbe with that budget',
        },
      ];
    }),
  );
}
