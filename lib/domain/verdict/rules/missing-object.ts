import { describeObject, type KubeObject } from '../../kubernetes.ts';
import { isTrue } from '../../workloads/conditions.ts';
import { missingObjects, type MissingObject } from '../../workloads/missing-objects.ts';
import { podKinds } from '../../workloads/newest-pods.ts';
import { standingRefusal } from '../../workloads/pod-refusal.ts';
import { containersOf } from '../../workloads/pod-status.ts';
import { sayContainer } from '../../workloads/pods.ts';
import { oneLine } from '../../words.ts';
import type { Probe } from '../types.ts';
import type { Case, Detection, Grace, Rule } from './rule.ts';

const graces = {
  'it does not exist, nor does a key of it': { strict: 10_000, balanced: 30_000 },
  'nobody could look': { strict: 30_000, balanced: 60_000 },
  'it exists now: the kubelet tries again within a minute': { strict: 60_000, balanced: 120_000 },
  'an ExternalSecret, SealedSecret or Certificate promises it': { strict: 60_000, balanced: 180_000 },
} as const satisfies Record<string, Grace>;

type Why = keyof typeof graces;

export const missingObject: Rule = {
  name: 'MissingObject',
  severity: 'likely',
  kinds: podKinds,
  when: 'CreateContainerConfigError, a FailedMount event or a refused pod names a Secret, ConfigMap, key or ServiceAccount that does not exist; the API is asked for it every few seconds',
  graces,
  trap: 'what another controller makes comes later; "failed to sync secret cache" passes by itself; the kubelet looks again only once a minute after it came; a FailedMount event stays when the volume has long been mounted',
  detect: (about) => gapsOf(about).flatMap((gap) => detected(about, gap) ?? []),
  asks: (about) => gapsOf(about).flatMap((gap) => probeOf(about, gap) ?? []),
};

/** One object that is missing, and who says so. */
interface Gap {
  readonly missing: MissingObject;
  readonly where: string;
  readonly words: string;
  /** An event about another object has come since: this one may be over. */
  readonly isOlder: boolean;
}

function gapsOf(about: Case): Gap[] {
  const gaps = [
    ...about.pods.flatMap((pod) => [...configGaps(pod), ...mountGaps(pod, about)]),
    ...accountGaps(about),
  ];
  // Ten pods that lack one Secret lack one thing.
  return [
    ...new Map(gaps.toReversed().map((gap) => [sayMissing(about, gap.missing), gap])).values(),
  ].toReversed();
}

const gapsIn = (words: string, where: string, isOlder = false): Gap[] =>
  missingObjects(words).map((missing) => ({ missing, where, words, isOlder }));

function configGaps(pod: KubeObject): Gap[] {
  return containersOf(pod).flatMap((container) => {
    const { reason, message = '' } = container.status.state?.waiting ?? {};
    return reason === 'CreateContainerConfigError' ? gapsIn(message, sayContainer(pod, container)) : [];
  });
}

/** Once the sandbox is up, every volume has been mounted, whatever events there still are. */
function mountGaps(pod: KubeObject, { seen }: Case): Gap[] {
  const isSetUp = containersOf(pod).some(
    ({ status: { state, lastState } }) =>
      state?.running !== undefined ||
      state?.terminated !== undefined ||
      lastState?.terminated !== undefined ||
      !/^(?:ContainerCreating|PodInitializing|)$/.test(state?.waiting?.reason ?? ''),
  );
  if (isSetUp || isTrue(pod, 'PodReadyToStartContainers')) return [];
  return seen
    .warnings(pod.metadata.uid ?? '')
    .filter(({ reason }) => reason === 'FailedMount')
    .flatMap(({ message }, index) => gapsIn(message, `pod ${pod.metadata.name}`, index > 0));
}

const accountGaps = ({ object, seen, earlier }: Case): Gap[] => {
  const refusal = standingRefusal(object, seen, earlier) ?? '';
  return gapsIn(refusal, 'new pods').filter(({ missing }) => missing.kind === 'ServiceAccount');
};

/** Whether a key exists cannot be asked without reading the values. */
const probeOf = ({ id }: Case, { missing: { kind, name, key } }: Gap): Probe | undefined =>
  key === undefined ? { kind: 'object', subject: `${kind} ${id.namespace}/${name}` } : undefined;

function detected(about: Case, gap: Gap): Detection | undefined {
  const why = whyMissing(about, gap);
  const what = sayMissing(about, gap.missing);
  const isThere = why === 'it exists now: the kubelet tries again within a minute';
  if (isThere && gap.isOlder) return undefined;
  return {
    subject: describeObject(about.id),
    key: `${what}${isThere ? ' is there' : ''}`,
    grace: graces[why],
    cause: `${gap.where}: ${what} ${says[why]}`,
    proof: oneLine(gap.words, 400),
    remedy: remedies[why],
  };
}

function whyMissing(about: Case, gap: Gap): Why {
  const probe = probeOf(about, gap);
  const answer = probe === undefined ? 'absent' : about.answer(probe);
  if (answer === 'absent') return 'it does not exist, nor does a key of it';
  if (answer === 'present') return 'it exists now: the kubelet tries again within a minute';
  return answer === 'promised'
    ? 'an ExternalSecret, SealedSecret or Certificate promises it'
    : 'nobody could look';
}

const says: Readonly<Record<Why, string>> = {
  'it does not exist, nor does a key of it': 'does not exist',
  'nobody could look': 'does not exist, says the cluster',
  'it exists now: the kubelet tries again within a minute': 'exists now, and is not taken up yet',
  'an ExternalSecret, SealedSecret or Certificate promises it':
    'does not exist yet, although something promises it',
};

const remedies: Readonly<Record<Why, string>> = {
  'it does not exist, nor does a key of it':
    'create it before the release, add it to the chart, or mark the reference optional: true',
  'nobody could look': 'see whether it exists in that namespace under that name',
  'it exists now: the kubelet tries again within a minute': 'wait: the kubelet looks again within a minute',
  'an ExternalSecret, SealedSecret or Certificate promises it':
    'see the status of the object that is to make it: its store or issuer may be refusing',
};

/** `Secret shop/db`, `key password of Secret shop/db`. */
const sayMissing = ({ id }: Case, { kind, name, key }: MissingObject): string => {
  const object = kind.endsWith('volume') ? `the ${kind} ${name}` : `${kind} ${id.namespace}/${name}`;
  return key === undefined ? object : `key ${key} of ${object}`;
};
