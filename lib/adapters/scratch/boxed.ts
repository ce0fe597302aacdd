/** A scratch server that is alone in its box, a container or a pod. */
import type { Milliseconds } from '../../domain/duration.ts';
import type { ScratchOrder } from '../../ports/scratch.ts';
import { localeOf } from './ports.ts';
import { serverArgv } from './script.ts';

export interface Box {
  readonly home: string;
  readonly socket: string;
  /** Bytes. */
  readonly memory: number;
  readonly lifetime: Milliseconds;
  readonly leash: boolean;
}

/** How much of its box's memory the server may plan with: its tools run beside it. */
const share = 0.75;

export const boxedServerArgv = (order: ScratchOrder, { memory, ...box }: Box): string[] =>
  serverArgv({
    engine: order.engine,
    mode: '0755',
    memory: memory * share,
    ...box,
    ...localeOf(order),
  });
