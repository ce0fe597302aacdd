import type { ReleaseRecord } from './types.ts';

/** What a GitHub Deployment's status says of a record: its id, its state and the first digest, which fit 140 characters. */
export function statusLine({ id, state, to }: Pick<ReleaseRecord, 'id' | 'state' | 'to'>): string {
  const digest = Object.values(to.images)
    .map((image) => image.split('@')[1]?.slice(0, 19))
    .find((each) => each !== undefined);
  return [id, state, digest].filter(Boolean).join(' ');
}
