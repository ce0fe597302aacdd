/** Where a roll-out stands, for the person who reads the log. */
import { countdownLine, countdownNews } from '../domain/verdict/countdown.ts';
import { progressLine } from '../domain/verdict/progress.ts';
import type { Finding } from '../domain/verdict/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { OnProgress } from '../ports/rollout.ts';
import { startHeartbeat } from './heartbeat.ts';

/**
 * Says what is not ready and why, when it changes and at least every 10 s. What looks doomed is said at once, counted
 * down with each of these lines, and said to have cleared.
 */
export function progressSaid({ clock, log }: { clock: Clock; log: Pick<Log, 'info'> }): OnProgress {
  let text = '';
  let standing: readonly Finding[] = [];
  const say = (line: string): void => {
    log.info(line);
    for (const finding of standing) log.info(countdownLine(finding, clock.now()));
  };
  startHeartbeat(clock, say, () => text);
  return (workloads, likely) => {
    text = workloads
      .filter(({ ready }) => !ready)
      .map(progressLine)
      .join('; ');
    const news = likely === undefined ? [] : countdownNews(standing, likely, clock.now());
    standing = likely ?? [];
    for (const line of news) log.info(line);
  };
}
