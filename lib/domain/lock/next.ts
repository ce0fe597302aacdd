/** A rollback that waits for a lock asks to be the next one: its mark on the Lease, which goes with its waiter. */
import type { Milliseconds } from '../duration.ts';
import { holderText, parseHolder } from './decide.ts';
import type { LockHolder } from './decide.ts';

export const nextTimes = {
  /** A mark that is not renewed for so long binds nobody: who made it has given up, or is gone. */
  expiry: 30_000,
  renewal: 10_000,
} as const satisfies Record<string, Milliseconds>;

export interface NextMark {
  readonly holder: LockHolder;
  /** Milliseconds since the epoch, by the clock of the one that waits. */
  readonly at: number;
}

/** `rollback acme/shop/42/1/7/<nonce> 2026-01-01T00:00:00.000Z`. */
export const markText = (waiting: LockHolder, now: number): string =>
  `rollback ${holderText(waiting)} ${new Date(now).toISOString()}`;

/** Undefined when somebody else wrote it. */
export function parseMark(text: string): NextMark | undefined {
  const [, holder = '', at = ''] = /^rollback (\S+) (\S+)$/.exec(text) ?? [];
  const waiting = parseHolder(holder, 0, '');
  const time = Date.parse(at);
  return waiting === undefined || Number.isNaN(time) ? undefined : { holder: waiting, at: time };
}
