import { describeObject, type KubeObject } from '../../kubernetes.ts';
import { containerSpec, mayBeOnVolume } from '../../workloads/container-spec.ts';
import { crashesOf } from '../../workloads/crashes.ts';
import { inabilityOf, type Inability } from '../../workloads/inability.ts';
import { podKinds } from '../../workloads/newest-pods.ts';
import { containersOf, type Container } from '../../workloads/pod-status.ts';
import { sayContainer } from '../../workloads/pods.ts';
import { oneLine } from '../../words.ts';
import type { Case, Detection, Grace, Rule } from './rule.ts';

const graces = {
  'it may lie on a volume, or was not tried twice': { strict: 15_000, balanced: 60_000 },
} as const satisfies Record<string, Grace>;

export const cannotRun: Rule = {
  name: 'CannotRun',
  severity: 'likely',
  kinds: podKinds,
  when: 'StartError, ContainerCannotRun, RunContainerError or CreateContainerError with a message about its executable, or exit 126 or 127; terminal at the second time when the executable is the image’s own',
  graces,
  lull: 30_000,
  trap: 'what lies on a volume may still be put there; exit 128 with another message is a node in trouble (krane#819); a Job’s script may exit 127 and be tried again',
  detect,
};

interface Try {
  readonly pod: KubeObject;
  readonly container: Container;
  readonly inability: Inability;
  readonly times: number;
}

function detect(about: Case): Detection[] {
  const isJob = about.object.kind === 'Job';
  const tries = about.pods.flatMap((pod) =>
    containersOf(pod).flatMap((container): Try[] => {
      const inability = inabilityOf(container.status);
      // What a Job's script could not find it may find at the next try.
      if (inability === undefined || (isJob && inability.path === '')) return [];
      return [{ pod, container, inability, times: crashesOf(pod, container.status, about.seen) }];
    }),
  );
  // A Job makes a new pod for each try.
  const inAll = isJob ? tries.reduce((sum, { times }) => sum + times, 0) : 0;
  return tries.flatMap(({ times, ...each }) => {
    // A container that could not even be created is tried again, but nothing counts that.
    if (times === 0) return [describe(about, each, false)];
    const isTwice = Math.max(times, inAll) >= 2;
    const spec = containerSpec(each.pod, each.container.status.name);
    return isTwice ? [describe(about, each, !mayBeOnVolume(each.inability.path, spec))] : [];
  });
}

function describe(
  { id }: Case,
  { pod, container, inability: { words, path } }: Omit<Try, 'times'>,
  isCertain: boolean,
): Detection {
  const short =
    /(?:exec:? "?|chdir to cwd|no command)\S.*$/.exec(words)?.[0].replace(/: unknown$/, '') ?? words;
  return {
    subject: describeObject(id),
    key: `${pod.metadata.uid} ${container.status.name}`,
    ...(isCertain
      ? { severity: 'terminal' }
      : { grace: graces['it may lie on a volume, or was not tried twice'] }),
    cause: `${sayContainer(pod, container)} cannot run: ${oneLine(short, 200)}`,
    proof: oneLine(words, 400),
    remedy: remedyOf(words, path),
  };
}

function remedyOf(words: string, path: string): string {
  if (words.includes('exec format error'))
    return 'the executable is for another platform: build the image for that of the node';
  return path === ''
    ? 'its command, or one that its script calls, is not there or may not be executed'
    : 'compare command, args and workingDir with what is in the image, and whether it may be executed';
}
