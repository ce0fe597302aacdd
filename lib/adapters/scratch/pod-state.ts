/** What a pod's status says about the scratch server in it. Pure. */

import { timeIsOver } from './script.ts';

interface Waiting {
  readonly reason?: string;
  readonly message?: string;
}

export interface PodStatus {
  readonly phase?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason?: string;
    readonly message?: string;
  }[];
  readonly containerStatuses?: readonly {
    readonly state?: {
      readonly waiting?: Waiting;
      readonly terminated?: Waiting & { readonly exitCode: number };
    };
  }[];
}

export type PodState =
  /** `on`: what is waited for. */
  | { readonly kind: 'waiting'; readonly on: string }
  | { readonly kind: 'unschedulable'; readonly why: string }
  | { readonly kind: 'ready' }
  /** Its program has ended well; what it said at last. */
  | { readonly kind: 'done'; readonly said: string }
  | {
      readonly kind: 'failed';
      readonly why: string;
      readonly remedy: string;
      readonly lines: readonly string[];
    };

/** Reasons that the kubelet does not get over by itself. */
const neverRuns: Readonly<Record<string, string>> = {
  ImagePullBackOff: 'let the cluster pull that image, or name another: scratch: { pod: { image: … } }',
  InvalidImageName: 'name an image: scratch: { pod: { image: … } }',
  ErrImageNeverPull: 'let the cluster pull that image, or name another: scratch: { pod: { image: … } }',
  CreateContainerConfigError:
    'name an image whose user is not root, by number: scratch: { pod: { image: … } }',
  CreateContainerError: 'see the cause; name another image: scratch: { pod: { image: … } }',
  RunContainerError: 'the image has no shell: name one of a database server: scratch: { pod: { image: … } }',
};

export function podState(status: PodStatus, deleted: boolean): PodState {
  const [container] = status.containerStatuses ?? [];
  const { waiting, terminated } = container?.state ?? {};
  if (status.phase === 'Succeeded') return { kind: 'done', said: terminated?.message ?? '' };
  if (status.phase === 'Failed' || (terminated !== undefined && terminated.exitCode !== 0))
    return failed(status, terminated);
  if (deleted)
    return {
      kind: 'failed',
      why: 'the scratch pod was deleted',
      remedy: 'see who deletes pods in that namespace; the next run starts another',
      lines: [],
    };
  const remedy = neverRuns[waiting?.reason ?? ''];
  if (remedy !== undefined)
    return { kind: 'failed', why: `the scratch pod cannot run: ${words(waiting)}`, remedy, lines: [] };
  const is = (type: string): boolean =>
    status.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true;
  if (is('Ready')) return { kind: 'ready' };
  const scheduled = status.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable')
    return { kind: 'unschedulable', why: scheduled.message ?? 'no node takes it' };
  return { kind: 'waiting', on: waiting === undefined ? 'its server' : words(waiting) };
}

function failed(
  { reason, message }: PodStatus,
  terminated: (Waiting & { readonly exitCode: number }) | undefined,
): PodState {
  const lines = (terminated?.message ?? '')
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .slice(-5);
  const fault = (why: string, remedy: string): PodState => ({ kind: 'failed', why, remedy, lines });
  if (reason === 'Evicted')
    return fault(
      `the scratch pod was evicted: ${message?.trim()}`,
      'give it more of the node’s disk or memory: scratch: { pod: { storage: …, memory: … } }',
    );
  if (reason === 'DeadlineExceeded' || lines.includes(timeIsOver)) return fault(timeIsOver, 'raise timeout');
  if (terminated?.reason === 'OOMKilled')
    return fault(
      'the scratch server was killed: it had too little memory',
      'give it more: scratch: { pod: { memory: … } }',
    );
  const why = reason === undefined ? (lines.at(-1) ?? words(terminated)) : `${reason}: ${message ?? ''}`;
  return fault(`the scratch server ended: ${why}`, 'see its last lines; the backup itself is not the cause');
}

const words = (waiting: Waiting | undefined): string =>
  [waiting?.reason, waiting?.message].filter((word) => word !== undefined).join(': ');
