/** How soon it is known that a service is healthy. */
import type { ChecksOutcome } from '../../lib/domain/checks/types.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { pauseOf } from '../kit/beat.ts';
import { startAction } from '../kit/step.ts';
import { checksAt } from './lanes.ts';
import type { Setting } from './setting.ts';

/** Times are milliseconds since the epoch. */
export interface DelayRound {
  /** Of the step: from the start of one attempt to the start of the next. */
  readonly interval: Milliseconds;
  readonly round: number;
  readonly healthyAt: number;
  /** The first answer that said so was asked for. */
  readonly answeredAt: number;
  /** The step knew. */
  readonly verdictAt: number;
  /** Its process was gone. */
  readonly endedAt: number;
  readonly attempts: number;
}

/**
 * The service turns healthy after the second attempt, each round at another moment of the interval: evenly spread,
 * so that what is measured is the interval's rule and not the luck of the draw. Round 0 has the worst of moments.
 */
export async function measuredDelay(
  interval: Milliseconds,
  round: number,
  { service, entry, home }: Setting,
): Promise<DelayRound> {
  await service.begin(interval + pauseOf(round, interval));
  const inputs = { checks: checksAt([`${service.url}/health`]), interval: `${interval}ms`, timeout: '1m' };
  const started = await startAction({ name: 'smoke-test', entry }, { HOME: home }, inputs);
  const { step, endedAt } = await started.ended;
  const { healthyAt = Number.NaN, answeredAt = Number.NaN } = await service.seen();
  const { outcome } = (step.report?.data ?? {}) as { readonly outcome?: ChecksOutcome };
  const { endedAt: verdictAt = Number.NaN, attempts = 0 } = outcome?.checks[0] ?? {};
  return { interval, round, healthyAt, answeredAt, verdictAt, endedAt, attempts };
}
