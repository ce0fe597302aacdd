/** What names a record: `<namespace>/<release>#<seq>`, as deploy-helm's output `record` has it. */
import type { ReleaseRecord } from './types.ts';

export type RecordKey = Pick<ReleaseRecord, 'namespace' | 'release' | 'seq'>;

const form = /^([a-z0-9-]+)\/([a-z0-9-]+)#(\d{1,9})$/;

export const recordId = ({ namespace, release, seq }: RecordKey): string => `${namespace}/${release}#${seq}`;

/** Undefined where it is not such an id. */
export function parseRecordId(text: string): RecordKey | undefined {
  const [, namespace, release, seq] = form.exec(text) ?? [];
  return namespace === undefined || release === undefined
    ? undefined
    : { namespace, release, seq: Number(seq) };
}

/** What Helm's history says of a revision that a record shipped: it tells ours from one that came by hand. */
export const helmDescription = ({ id }: Pick<ReleaseRecord, 'id'>): string => `slipway ${id}`;
