import type { ReleaseRecord } from './types.ts';

/** Said of a release that ended before Helm wrote anything of it: what ran before still does. */
export const nothingApplied = 'nothing had been applied';

/** Whether a status says so. */
export const neverCame = ({
  recordState,
  text,
}: {
  readonly recordState: string;
  readonly text: string;
}): boolean => recordState === 'rejected' && text.includes(nothingApplied);

/** GitHub's limit for the description of a status, in characters. */
export const longestDescription = 140;
/** Of what is said behind the digests so much stays, however many there are. */
const keptOfMore = 60;

/**
 * What a GitHub Deployment's status says of a record: its id, its state, and the first 12 hex digits of each digest, as
 * many as fit. `prod/shop#4 verified sha256:0123456789ab,123456789abc`, then `more`.
 */
export function statusLine({ id, state, to }: Pick<ReleaseRecord, 'id' | 'state' | 'to'>, more = ''): string {
  const head = `${id} ${state}`;
  const room = longestDescription - Math.min(more.length, keptOfMore);
  const digests = Object.values(to.images).flatMap((image) => image.split('@')[1]?.slice(7, 19) ?? []);
  const line = [...new Set(digests)].reduce((said, digest) => {
    const next = said === head ? `${head} sha256:${digest}` : `${said},${digest}`;
    return next.length <= room ? next : said;
  }, head);
  return line + more;
}
