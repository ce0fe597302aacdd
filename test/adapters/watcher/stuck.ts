/** A Deployment whose pod is stuck, judged by two small rules over an API in memory and a clock that is moved by hand. */
import { afterEach } from '@jest/globals';
import { kubeWatcher } from '../../../lib/adapters/watcher/watcher.ts';
import type { KubeObject, ObjectId } from '../../../lib/domain/kubernetes.ts';
import { replay } from '../../../lib/domain/verdict/replay.ts';
import type { Case, Detection, Rule } from '../../../lib/domain/verdict/rules/rule.ts';
import { probeName } from '../../../lib/domain/verdict/types.ts';
import type { Probe, Verdict } from '../../../lib/domain/verdict/types.ts';
import { idOf } from '../../../lib/domain/workloads/kind.ts';
import type { FollowOptions, Following } from '../../../lib/ports/rollout.ts';
import { deploymentOf, podOf, replicaSetOf, waiting } from '../../domain/workloads/objects.ts';
import { ManualClock } from './manual-clock.ts';
import { MemoryKube } from './memory-kube.ts';

export const image = 'ghcr.io/acme/shop:2';
export const web: ObjectId = idOf(deploymentOf({}, {}));
const progressing = deploymentOf({ replicas: 1 }, { replicas: 1, updatedReplicas: 1 });
export const ready = deploymentOf({ replicas: 1 }, { replicas: 1, updatedReplicas: 1, availableReplicas: 1 });
export const pod = (reason: string, message = ''): KubeObject =>
  podOf('web-a', ['ReplicaSet', 'web-new'], waiting(reason, message));
export const runs = podOf('web-a', ['ReplicaSet', 'web-new'], { phase: 'Running' });

const grace = { strict: 10_000, balanced: 30_000 };
const found = (cause: string, more: Partial<Detection> = {}): Detection => ({
  subject: 'Pod shop/web-a',
  cause,
  proof: cause,
  remedy: 'mend it',
  grace,
  ...more,
});
const waitingFor = (pods: readonly KubeObject[]): string =>
  (pods[0]?.status as ReturnType<typeof waiting> | undefined)?.containerStatuses?.[0]?.state.waiting.reason ??
  '';

const manifest = (again: boolean): Probe => ({ kind: 'manifest', subject: image, namespace: 'shop', again });
const secret: Probe = { kind: 'object', subject: 'Secret shop/db' };

const about = { severity: 'likely', kinds: ['apps/Deployment'], when: '', trap: '' } as const;
const notPulled = (pods: readonly KubeObject[]): boolean => waitingFor(pods).includes('ImagePull');
const notFound = (seen: Case, again: boolean): boolean => seen.answer(manifest(again)) === 'absent';
const notConfigured = (pods: readonly KubeObject[]): boolean =>
  waitingFor(pods) === 'CreateContainerConfigError';

const smallRules: readonly Rule[] = [
  {
    ...about,
    name: 'NotPulled',
    asks(seen) {
      if (!notPulled(seen.pods)) return [];
      return notFound(seen, false) ? [manifest(false), manifest(true)] : [manifest(false)];
    },
    detect(seen) {
      if (!notPulled(seen.pods)) return undefined;
      if (notFound(seen, false) && notFound(seen, true))
        return found('the registry does not have it', { severity: 'terminal' });
      return found('not pulled');
    },
  },
  {
    ...about,
    name: 'NoSecret',
    asks: ({ pods }) => (notConfigured(pods) ? [secret] : []),
    detect(seen) {
      if (!notConfigured(seen.pods)) return undefined;
      const answer = (seen.answer(secret) as string | undefined) ?? 'not known';
      return found(`secret is ${answer}`, { key: answer });
    },
  },
];

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

export interface Scene {
  readonly api: MemoryKube;
  readonly clock: ManualClock;
  readonly following: Following;
  /** What was asked, with the second in which it was. */
  readonly asked: string[];
  readonly answers: Map<string, string>;
  readonly likely: (readonly string[] | undefined)[];
  readonly warnings: string[];
  /** Second since judging began. */
  second(at?: number): number;
  verdict(): Verdict | undefined;
}

/** A Deployment was applied, and its pod stands as given; judged for five minutes. */
export async function stuck(
  by: KubeObject,
  { rules = smallRules, ...options }: FollowOptions & { rules?: readonly Rule[] } = {},
): Promise<Scene> {
  const [api, clock] = [new MemoryKube(), new ManualClock()];
  const [asked, answers, warnings]: [string[], Map<string, string>, string[]] = [[], new Map(), []];
  const likely: (readonly string[] | undefined)[] = [];
  let began = clock.now();
  const second = (at = clock.now()): number => Math.floor((at - began) / 1_000);
  const log = { warn: (line: string) => warnings.push(line) };
  const following = kubeWatcher({ kube: api.kube, clock, log, rules }).follow([web], {
    failFast: 'balanced',
    questions: {
      async answer(probe) {
        asked.push(`${second()}s ${probeName(probe)}`);
        const answer = answers.get(probe.kind) ?? 'unknown';
        if (answer === 'broken') throw new Error('a defect');
        return answer as 'unknown';
      },
    },
    onProgress: (_, findings) => likely.push(findings?.map(({ cause }) => cause)),
    ...options,
  });
  closing.push(() => following.close());
  await clock.pass(1_000);
  await following.synced();
  for (const object of [progressing, replicaSetOf('web-new', 2), by]) api.put(object);
  await following.applied([web]);
  await clock.pass(1_000);
  began = clock.now();
  let verdict: Verdict | undefined;
  void following.verdict(300_000).then(
    (given) => (verdict = given),
    () => undefined,
  );
  await clock.pass(0);
  return { api, clock, following, asked, answers, likely, warnings, second, verdict: () => verdict };
}

/** From the recording, as the report would keep it. */
export const replayed = (
  { expectation, observations }: Following,
  rules: readonly Rule[] = smallRules,
): Verdict | undefined => {
  if (expectation === undefined) throw new Error('nothing was judged');
  return replay(expectation, JSON.parse(JSON.stringify(observations)), rules);
};
