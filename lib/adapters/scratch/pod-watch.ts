/** Waits for what becomes of a scratch pod, by watching it. */
import type { Milliseconds } from '../../domain/duration.ts';
import { formatDuration } from '../../domain/duration.ts';
import { CancelledError, TargetError, ToolError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SpawnStream } from '../../ports/process.ts';
import { explained, watchArgs } from './kubectl.ts';
import type { Kubectl } from './kubectl.ts';
import { eachLine } from './lines.ts';
import { podState } from './pod-state.ts';
import type { PodState, PodStatus } from './pod-state.ts';

export interface WatchPorts {
  readonly kubectl: Kubectl;
  readonly stream: SpawnStream;
  readonly clock: Clock;
}

export interface WatchOrder {
  readonly pod: string;
  readonly subject: string;
  /** One without a readiness probe is ready as soon as it runs, which says nothing. */
  readonly wanted: 'ready' | 'done';
  /** How long to wait for an end of the waiting. */
  readonly patience: Milliseconds;
  readonly signal?: AbortSignal;
}

/** A pod that no node takes may wait for one that is just being emptied; not for a new one to be bought. */
const unschedulableGrace: Milliseconds = 10_000;
const again: Milliseconds = 1_000;

/** Resolves when it is what is wanted, or done; rejects with a TargetError as soon as it can be neither, and when it is late. */
export async function awaitPod(order: WatchOrder, ports: WatchPorts): Promise<PodState> {
  const { subject, signal, patience } = order;
  const { clock } = ports;
  const over = new AbortController();
  const until = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  let state: PodState = { kind: 'waiting', on: 'the scheduler' };
  const refuse = (message: string, remedy: string, lines: readonly string[] = []): TargetError =>
    new TargetError(message, { subject, remedy, details: lines.map((line) => ['said', line] as const) });
  const stuck = Promise.withResolvers<never>();
  const after = (wait: Milliseconds, judge: () => TargetError | undefined): void =>
    void clock.sleep(wait, until).then(
      () => {
        const error = judge();
        if (error !== undefined) stuck.reject(error);
      },
      () => undefined,
    );
  const unschedulable = (): TargetError | undefined =>
    state.kind === 'unschedulable'
      ? refuse(
          `no node takes the scratch pod: ${state.why}`,
          'make room, or ask for less: scratch: { pod: { storage: …, memory: … } }',
        )
      : undefined;
  after(patience, () =>
    refuse(
      `the scratch pod was not ready within ${formatDuration(patience)}: it waits for ${state.kind === 'waiting' ? state.on : state.kind}`,
      'see the pod’s events in that namespace',
    ),
  );
  let counting = false;
  const watching = watch(order, ports, until, (next) => {
    state = next;
    if (state.kind === 'unschedulable' && !counting) {
      counting = true;
      after(unschedulableGrace, unschedulable);
    }
    if (state.kind === 'failed') throw refuse(state.why, state.remedy, state.lines);
    return state.kind === 'done' || state.kind === order.wanted;
  });
  try {
    await Promise.race([watching, stuck.promise]);
    return state;
  } catch (error) {
    throw signal?.aborted === true && !(signal.reason instanceof DOMException)
      ? (signal.reason as Error)
      : error;
  } finally {
    over.abort(new CancelledError());
    await watching.catch(() => undefined);
  }
}

/** Follows it until `isOver`; a watch that the API server ends is begun again. */
async function watch(
  { pod, subject }: WatchOrder,
  { kubectl, stream, clock }: WatchPorts,
  signal: AbortSignal,
  isOver: (state: PodState) => boolean,
): Promise<void> {
  const command = kubectl.command(...watchArgs(pod));
  for (;;) {
    try {
      const child = await stream(command, { signal });
      for await (const line of eachLine(child.stdout)) {
        const [, deleted, status] = /^([^|]*)\|(.*)$/.exec(line.trim()) ?? [];
        if (status !== undefined && isOver(podState(JSON.parse(status) as PodStatus, deleted !== ''))) return;
      }
    } catch (error) {
      if (error instanceof ToolError)
        throw explained(error.lastLines.join('\n'), error.exit, command.argv, subject);
      throw error;
    }
    await clock.sleep(again, signal);
  }
}
