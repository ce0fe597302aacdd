import { formatDuration } from '../duration.ts';
import type { Finding } from './types.ts';

/** `likely: Pod shop/web-1 container app: exit 1, again and again; called in 12s unless it clears`. */
export function countdownLine({ subject, cause, callAt, waitsFor }: Finding, now: number): string {
  const waits = waitsFor === undefined ? '' : `; waits for ${waitsFor}`;
  const what = `likely: ${subject}: ${cause}${waits}`;
  if (callAt === undefined) return `${what}; waited for until the deadline`;
  return callAt > now
    ? `${what}; called in ${formatDuration(wholeSeconds(callAt - now))} unless it clears`
    : `${what}; called as soon as the API shows that it still stands`;
}

/** What to say when what looks doomed has changed from one judgement to the next: news only, the rest is counted down. */
export function countdownNews(before: readonly Finding[], after: readonly Finding[], now: number): string[] {
  const isNew = (finding: Finding): boolean =>
    !before.some(
      (known) =>
        isSame(known, finding) && known.callAt === finding.callAt && known.waitsFor === finding.waitsFor,
    );
  const isOver = (finding: Finding): boolean => !after.some((now) => isSame(now, finding));
  return [
    ...before.filter(isOver).map(({ subject, cause }) => `cleared: ${subject}: ${cause}`),
    ...after.filter(isNew).map((finding) => countdownLine(finding, now)),
  ];
}

/** One cause may move on to another pod, and one pod's may begin anew. */
const isSame = (a: Finding, b: Finding): boolean =>
  a.rule === b.rule && (a.subject === b.subject || a.firstSeen === b.firstSeen);

const wholeSeconds = (ms: number): number => Math.ceil(ms / 1_000) * 1_000;
