import { describeObject, type KubeObject } from '../../kubernetes.ts';
import { containerSpec } from '../../workloads/container-spec.ts';
import type { Remembered } from '../../workloads/kind.ts';
import { podKinds } from '../../workloads/newest-pods.ts';
import { containersOf, type Container } from '../../workloads/pod-status.ts';
import { sayContainer } from '../../workloads/pods.ts';
import {
  nameInRegistry,
  pullCause,
  pullTrouble,
  pullWords,
  registryOf,
  sayPull,
  shortDigests,
  type PullTrouble,
} from '../../workloads/pull-trouble.ts';
import { oneLine } from '../../words.ts';
import type { Probe } from '../types.ts';
import type { Case, Detection, Grace, Rule } from './rule.ts';

const graces = {
  'the registry cannot be reached, or cannot be asked by us': { strict: 30_000, balanced: 180_000 },
  'the registry has it now': { strict: 60_000, balanced: 180_000 },
  'not for this node’s platform': { strict: 15_000, balanced: 60_000 },
  'pull policy Never': { strict: 10_000, balanced: 30_000 },
} as const satisfies Record<string, Grace>;

export const imageNotPulled: Rule = {
  name: 'ImageNotPulled',
  severity: 'likely',
  kinds: podKinds,
  when: 'a container waits with ErrImagePull, ImagePullBackOff or ErrImageNeverPull. Terminal when the kubelet was told not found or denied and so are we, twice, with the pull secret’s credentials',
  graces,
  trap: 'the cause decays to "Back-off pulling image" within seconds (krane#124): the first words are kept; 5xx, 429 and timeouts pass by themselves; an image may be pushed a moment after its pods; without a pull secret nodes may hold credentials that we have not; Docker Hub’s 429 names the user: it is not printed',
  detect: (about) => troublesOf(about).map((trouble) => detected(about, trouble)),
  asks: (about) => troublesOf(about).flatMap((trouble) => questions(about, trouble)),
};

interface Trouble {
  readonly pod: KubeObject;
  readonly container: Container;
  readonly image: string;
  readonly reason: string;
  readonly words: string;
  readonly why: PullTrouble;
}

const pulling =
  /^(?:ErrImagePull|ImagePullBackOff|ErrImageNeverPull|RegistryUnavailable|SignatureValidationFailed|ImageInspectError)$/;

function troublesOf({ pods, seen }: Case): Trouble[] {
  return pods.flatMap((pod) =>
    containersOf(pod).flatMap((container): Trouble[] => {
      const { name, state } = container.status;
      const { reason = '', message = '' } = state?.waiting ?? {};
      if (!pulling.test(reason)) return [];
      const image = containerSpec(pod, name)?.image ?? '';
      const words = pullWords(message) || earlierWords(pod, name, seen);
      return [{ pod, container, image, reason, words, why: pullTrouble(words, image) }];
    }),
  );
}

/** What was said before "Back-off pulling image": by the pod, or by an event that the watch was not too late for. */
function earlierWords(pod: KubeObject, container: string, seen: Remembered): string {
  const uid = pod.metadata.uid ?? '';
  const first = seen.firstWords(uid, container);
  if (first !== undefined && pulling.test(first.reason)) return pullWords(first.message);
  const event = seen
    .warnings(uid)
    .find(
      (w) =>
        w.reason === 'Failed' && w.container === container && w.message.startsWith('Failed to pull image'),
    );
  return event?.message ?? '';
}

/** What the registry says of the image to us: only an absence or a denial is worth asking about, and asking again. */
function questions(about: Case, { image, why }: Trouble): Probe[] {
  if (!isRefusal(why) || image === '') return [];
  const [first, second] = [false, true].map((again): Probe => ({
    kind: 'manifest',
    subject: image,
    namespace: about.id.namespace,
    again,
  })) as [Probe, Probe];
  return isRefusal(about.answer(first)) ? [first, second] : [first];
}

const isRefusal = (answer: unknown): boolean => answer === 'absent' || answer === 'denied';

function detected(about: Case, trouble: Trouble): Detection {
  const answers = questions(about, trouble).map((probe) => about.answer(probe));
  const { severity, grace, said, remedy } = opinion(trouble, answers);
  return {
    subject: describeObject(about.id),
    severity,
    ...(grace === undefined ? {} : { grace }),
    key: `${trouble.pod.metadata.uid} ${trouble.container.status.name}${answers.includes('present') ? ' present' : ''}`,
    cause: `${sayContainer(trouble.pod, trouble.container)}: ${said}`,
    proof: oneLine(`${trouble.reason}: ${sayPull(trouble.words, trouble.image)}`, 400),
    remedy: `${remedy}${lackOfSecret(about, trouble)}`,
  };
}

interface Opinion {
  readonly severity: 'terminal' | 'likely';
  readonly grace?: Grace;
  readonly said: string;
  readonly remedy: string;
}

function opinion({ image, reason, words, why }: Trouble, answers: readonly unknown[]): Opinion {
  const registry = registryOf(image);
  const name = nameInRegistry(image);
  const likely = (cause: keyof typeof graces, said: string, remedy: string): Opinion => ({
    severity: 'likely',
    grace: graces[cause],
    said,
    remedy,
  });
  if (reason === 'ErrImageNeverPull')
    return likely(
      'pull policy Never',
      `${shortDigests(image)} is not on its node, and is never pulled`,
      `load it, or set imagePullPolicy: IfNotPresent`,
    );
  if (answers.includes('present'))
    return likely(
      'the registry has it now',
      `the node was told that ${registry} has no ${name}, which it has now`,
      'wait: the node asks again; if it still does not find it, a mirror or its credentials differ from ours',
    );
  const [, second] = answers;
  if (second === 'absent' || second === 'denied')
    return { severity: 'terminal', ...confirmed(image)[second] };
  if (why === 'platform')
    return likely(
      'not for this node’s platform',
      `${shortDigests(image)} is not built for its node’s platform`,
      'build it for that platform too (platforms: linux/amd64,linux/arm64), or select other nodes',
    );
  const asked = 'the registry cannot be reached, or cannot be asked by us';
  const cause = words === '' ? reason : pullCause(words, image);
  const said = oneLine(`${shortDigests(image)} is not pulled: ${cause}`, 300);
  return isRefusal(why)
    ? likely(asked, said, 'check its name and tag, and that its registry lets these pods pull it')
    : likely(asked, said, `see whether ${registry} answers from the cluster’s nodes`);
}

/** What the registry has said to us twice. */
const confirmed = (image: string): Record<'absent' | 'denied', Pick<Opinion, 'said' | 'remedy'>> => ({
  absent: {
    said: `${registryOf(image)} does not have ${nameInRegistry(image)}`,
    remedy: 'push it, or deploy a tag or digest that exists',
  },
  denied: {
    said: `${registryOf(image)} denies ${nameInRegistry(image)} to the pull secret`,
    remedy: 'give the pull secret’s user the right to pull it, or name the right secret in imagePullSecrets',
  },
});

/** The kubelet only warns when a pull secret is not there, and then pulls without it. */
function lackOfSecret({ seen }: Case, { pod }: Trouble): string {
  const warning = seen
    .warnings(pod.metadata.uid ?? '')
    .find(({ reason }) => reason === 'FailedToRetrieveImagePullSecret');
  const names = /\(([^)]+)\)/.exec(warning?.message ?? '')?.[1];
  return names === undefined ? '' : `; its pull secret ${names} does not exist`;
}
