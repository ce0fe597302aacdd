import type { Check, CheckOutcome, ChecksOutcome, Identity, Miss } from '../domain/checks/types.ts';
import { formatDuration } from '../domain/duration.ts';
import type { Milliseconds } from '../domain/duration.ts';
import { attempt } from './checks/attempt.ts';
import { askWhoAnswers } from './checks/identity.ts';
import { persist } from './checks/persist.ts';
import type { CheckPorts } from './checks/ports.ts';

export type { CheckPorts };

export interface CheckOrder {
  readonly checks: readonly Check[];
  readonly identity?: Identity;
  /** For all of it. */
  readonly timeout: Milliseconds;
  /** From the start of one attempt to the start of the next; default 1 s. */
  readonly interval?: Milliseconds;
  /** How often in a row the new one must answer; default 3. */
  readonly consecutive?: number;
  /** How many attempts may run at once; default 4. */
  readonly concurrency?: number;
}

/** What waits is said this often. */
const beat: Milliseconds = 10_000;
/** Between two answers of the new one: some balancers stick for a moment. */
const betweenAnswers: Milliseconds = 200;

/**
 * First who answers, then every check, each until it is as expected or the one deadline has come. While the old
 * version answers nothing else is asked: its good health would prove nothing.
 */
export async function runChecks(order: CheckOrder, ports: CheckPorts): Promise<ChecksOutcome> {
  const { identity, checks, timeout, interval = 1_000, consecutive = 3, concurrency = 4 } = order;
  const deadline = ports.clock.now() + timeout;
  using waiting = saidAloud(ports);
  const turn = turns(concurrency);
  const who =
    identity === undefined
      ? undefined
      : await persist(
          {
            subject: { name: 'identity', kind: 'identity', severity: 'fail' },
            deadline,
            interval,
            attempt: (left) => askWhoAnswers(identity, Math.min(left, 10_000), ports),
            inARow: { times: consecutive, pause: Math.min(interval, betweenAnswers) },
            onMiss: (miss) => waiting.on('identity', miss),
            proven: `${identity.equals} answered ${consecutive} times in a row`,
          },
          ports,
        );
  if (who !== undefined && who.outcome !== 'pass') return verdict(who, []);
  const outcomes = await Promise.all(
    checks.map((check) =>
      persist(
        {
          subject: { name: check.name, kind: check.kind, severity: check.severity },
          deadline,
          interval,
          attempt: (left) => turn(() => attempt(check, Math.min(left, check.attemptTimeout), ports)),
          inARow: { times: 1, pause: 0 },
          onMiss: (miss) => waiting.on(check.name, miss),
          proven: 'as expected',
        },
        ports,
      ),
    ),
  );
  return verdict(who, outcomes);
}

/** What all of it amounts to: a warning never fails, and what could not be asked proves nothing. */
export function verdict(identity: CheckOutcome | undefined, checks: readonly CheckOutcome[]): ChecksOutcome {
  const all = identity === undefined ? checks : [identity, ...checks];
  const bad = all.filter(({ severity, outcome }) => severity === 'fail' && outcome !== 'pass');
  const warned = checks.filter(({ severity, outcome }) => severity === 'warn' && outcome !== 'pass').length;
  const [first] = [...bad.filter(({ outcome }) => outcome === 'fail'), ...bad];
  const who = identity === undefined ? {} : { identity };
  if (first !== undefined) {
    const more = bad.length === 1 ? '' : `, and ${bad.length - 1} more`;
    return { outcome: first.outcome, reason: `${first.name}: ${first.reason}${more}`, ...who, checks };
  }
  const count = `${checks.length - warned} check${checks.length - warned === 1 ? '' : 's'} passed`;
  const parts = [
    ...(identity === undefined ? [] : [identity.reason]),
    ...(checks.length === 0 ? [] : [count]),
    ...(warned === 0 ? [] : [`${warned} only warned`]),
  ];
  return { outcome: 'pass', reason: parts.join(', '), ...who, checks };
}

/** Lets so many work at once; the others wait their turn in the order in which they came. */
function turns(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = limit;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((begin) => queue.push(begin));
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}

interface Waiting extends Disposable {
  on(name: string, miss: Miss | undefined): void;
}

/** Says what is waited for when it changes, and at least every 10 s. */
function saidAloud({ clock, log }: CheckPorts): Waiting {
  const startedAt = clock.now();
  const missed = new Map<string, string>();
  const over = new AbortController();
  const beats = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(beat, over.signal);
      const [first] = missed;
      if (first !== undefined) {
        const rest = missed.size === 1 ? '' : `, and ${missed.size - 1} more`;
        log.info(`${formatDuration(clock.now() - startedAt)}  waiting for ${first.join(': ')}${rest}`);
      }
    }
  };
  void beats().catch(() => undefined);
  return {
    on(name, miss) {
      if (miss === undefined) missed.delete(name);
      else if (missed.get(name) !== miss.reason) {
        missed.set(name, miss.reason);
        log.info(`${formatDuration(clock.now() - startedAt)}  ${name}: ${miss.reason}`);
      }
    },
    [Symbol.dispose]: () => over.abort(),
  };
}
