import { describeObject } from '../../kubernetes.ts';
import { missingObjects } from '../../workloads/missing-objects.ts';
import { podKinds } from '../../workloads/newest-pods.ts';
import { refusalKind, refusalWords, standingRefusal, type RefusalKind } from '../../workloads/pod-refusal.ts';
import { oneLine } from '../../words.ts';
import type { Case, Detection, Grace, Rule } from './rule.ts';

/** A ReplicaSet's controller tries again after about 41, 82 and 164 s (measured): a grace must hold the retry that follows. */
const graces = {
  'exceeded quota': { strict: 15_000, balanced: 90_000 },
  'webhook out of reach': { strict: 15_000, balanced: 90_000 },
  'no such PriorityClass': { strict: 10_000, balanced: 45_000 },
  'otherwise forbidden': { strict: 15_000, balanced: 30_000 },
  'any other error': { strict: 30_000, balanced: 120_000 },
} as const satisfies Record<string, Grace>;

export const podsRefused: Rule = {
  name: 'PodsRefused',
  severity: 'likely',
  kinds: podKinds.filter((kind) => kind !== '/Pod'),
  when: 'condition ReplicaFailure of the newest ReplicaSet, or a FailedCreate event since the apply and no pod made after it. Terminal: PodSecurity, a LimitRange, a webhook or policy that denied the request',
  graces,
  trap: 'a quota comes free when old pods have left; a webhook may be part of this release; the condition of an older rollout stays until its controller tries again (helm#3875), an event for an hour; a ServiceAccount that is missing is MissingObject',
  detect,
};

function detect({ id, object, seen, earlier }: Case): Detection | undefined {
  const text = standingRefusal(object, seen, earlier);
  if (text === undefined || missingObjects(text).length > 0) return undefined;
  const kind = refusalKind(text);
  const verdict = verdicts[kind];
  return {
    subject: describeObject(id),
    key: kind,
    ...(verdict === 'terminal' ? { severity: 'terminal' } : { grace: graces[verdict] }),
    cause: `its pods are refused: ${oneLine(refusalWords(text))}`,
    proof: oneLine(text, 400),
    remedy: remedies[kind],
  };
}

const verdicts: Readonly<Record<RefusalKind, keyof typeof graces | 'terminal'>> = {
  quota: 'exceeded quota',
  webhook: 'webhook out of reach',
  policy: 'terminal',
  limits: 'terminal',
  priority: 'no such PriorityClass',
  forbidden: 'otherwise forbidden',
  unclear: 'any other error',
};

const remedies: Readonly<Record<RefusalKind, string>> = {
  quota: 'raise the ResourceQuota, lower requests or replicas, or remove what is not needed',
  webhook: 'bring the webhook’s pods up, or remove its configuration if they are gone for good',
  policy: 'change the pod template as the policy says, or ask who owns the policy',
  limits: 'bring requests and limits within the namespace’s LimitRange',
  priority: 'create the PriorityClass, or name one that exists (kubectl get priorityclass)',
  forbidden: 'an admission rule of the cluster forbids these pods: do what it says',
  unclear: 'see the events of what makes the pods: kubectl describe',
};
