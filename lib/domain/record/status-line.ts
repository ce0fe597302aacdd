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

/** What a GitHub Deployment's status says of a record: its id, its state and the first digest, which fit 140 characters. */
export function statusLine({ id, state, to }: Pick<ReleaseRecord, 'id' | 'state' | 'to'>, more = ''): string {
  const digest = Object.values(to.images)
    .map((image) => image.split('@')[1]?.slice(0, 19))
    .find((each) => each !== undefined);
  return [id, state, digest].filter(Boolean).join(' ') + more;
}
