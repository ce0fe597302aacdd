/** What passed one hop between the dump and the storage: both ends keep one, and they must agree. */
export interface Account {
  readonly bytes: number;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

/** How two accounts of the same bytes differ, in words; undefined where they agree. */
export function differenceOf(sent: Account, found: Account): string | undefined {
  if (sent.bytes !== found.bytes) return `${found.bytes} bytes instead of ${sent.bytes}`;
  return sent.sha256 === found.sha256
    ? undefined
    : `other bytes (sha256 ${found.sha256}, not ${sent.sha256})`;
}
