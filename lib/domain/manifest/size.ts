/** Bytes of data. */
export type Bytes = number;

/** What Kubernetes lets one Secret hold; Helm keeps a whole revision in one. */
export const secretLimit: Bytes = 1_048_576;

const warnAt = 0.8;

export interface StorageVerdict {
  readonly kind: 'fits' | 'near' | 'too large';
  readonly stored: Bytes;
  /** Of the limit, whole percent. */
  readonly percent: number;
}

/** What Helm stores for a revision whose gzipped JSON has this size: base64, so a third more. */
export const storedSize = (gzipped: Bytes): Bytes => Math.ceil(gzipped / 3) * 4;

/** Judges the stored size of a revision: near from 80 % of the limit, too large beyond it. */
export function judgeStoredSize(stored: Bytes): StorageVerdict {
  const share = stored / secretLimit;
  const kind = share > 1 ? 'too large' : share >= warnAt ? 'near' : 'fits';
  return { kind, stored, percent: Math.round(share * 100) };
}
