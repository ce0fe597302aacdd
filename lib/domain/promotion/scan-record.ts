/**
 * What a scan said of an image, kept beside the image as an artifact that refers to it. Whoever may push to the repository
 * can forge one: it shows that the scan was not forgotten, and proves nothing against somebody who means ill. For that
 * there are signed attestations (actions/attest, cosign attest).
 */
export const scanArtifactType = 'application/vnd.slipway.scan.v1+json';

export const scanSchema = 'slipway/scan/v1';

export interface ScanRecord {
  readonly schema: typeof scanSchema;
  /** Of the image: the whole index, not a platform of it. */
  readonly digest: string;
  readonly outcome: 'pass' | 'fail';
  /** Which program looked, without its arguments: they may hold secrets. */
  readonly scanner: string;
  /** Which of the image's platforms it looked at; empty where it is an image of one. */
  readonly platforms: readonly string[];
  /** One line: what it found, and what the bound was. */
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
  /** `repository/run/attempt`. */
  readonly run: string;
}

export const writeScanRecord = (record: ScanRecord): Uint8Array => Buffer.from(JSON.stringify(record));

/** Undefined for what is no such record: another schema, or bytes of something else. */
export function parseScanRecord(bytes: Uint8Array): ScanRecord | undefined {
  let value: Partial<Record<keyof ScanRecord, unknown>>;
  try {
    value = (JSON.parse(Buffer.from(bytes).toString('utf8')) ?? {}) as typeof value;
  } catch {
    return undefined;
  }
  const { schema, digest, outcome, scanner, platforms, reason, at, run } = value;
  const texts = [digest, scanner, reason, at, run].every((each) => typeof each === 'string');
  const known = schema === scanSchema && (outcome === 'pass' || outcome === 'fail');
  if (!known || !texts || !Array.isArray(platforms) || Number.isNaN(Date.parse(String(at)))) return undefined;
  return value as ScanRecord;
}

/** The last word counts: an image that was scanned again is as that scan found it. */
export const latestScan = (records: readonly ScanRecord[], digest: string): ScanRecord | undefined =>
  records
    .filter((record) => record.digest === digest)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .at(-1);
