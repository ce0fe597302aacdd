import type { Check, ChecksOutcome, Identity, Miss } from '../domain/checks/types.ts';
import { verdict } from '../domain/checks/verdict.ts';
import { formatDuration } from '../domain/duration.ts';
import type { Milliseconds } from '../domain/duration.ts';
import { attempt } from './checks/attempt.ts';
import { askWhoAnswers } from './checks/identity.ts';
import { loopTime } from './checks/open-loop.ts';
import { persist } from './checks/persist.ts';
import { remembering } from './checks/pods.ts';
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

/** The last look of a check that began late still gets a moment. */
const leastAttempt: Milliseconds = 250;

/**
 * First who answers, then every check, each until it is as expected or the one deadline has come. While the old
 * version answers nothing else is asked: its good health would prove nothing. Ends the forwards that it opened.
 */
export async function runChecks(order: CheckOrder, ports: CheckPorts): Promise<ChecksOutcome> {
  const { registry } = ports;
  try {
    return await askAll(
      order,
      registry === undefined ? ports : { ...ports, registry: remembering(registry) },
    );
  } finally {
    await ports.forwards.close();
  }
}

async function askAll(order: CheckOrder, ports: CheckPorts): Promise<ChecksOutcome> {
  const { identity, checks, timeout, interval = 1_000, consecutive = 3, concurrency = 4 } = order;
  const deadline = ports.clock.now() + timeout;
  const within = (most: Milliseconds): Milliseconds =>
    Math.min(Math.max(deadline - ports.clock.now(), leastAttempt), most);
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
            attempt: () => askWhoAnswers(identity, within(10_000), ports),
            takes: 0,
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
          attempt: () =>
            turn(() => attempt(check, { timeout: within(check.attemptTimeout), deadline }, ports)),
          takes: check.kind === 'http' && check.latency !== undefined ? loopTime(check.latency) : 0,
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
