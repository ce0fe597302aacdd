import type { BackupManifest } from '../../lib/domain/database/backup-manifest.ts';
import { formatBytes } from '../../lib/domain/size.ts';
import type { Packing } from '../../lib/ports/packing.ts';

/** How many bytes of the dump have passed. */
export interface Meter {
  raw: number;
  /** Of the stored object, unpacked. */
  again: number;
  /** Set when nothing more will pass and something else is waited for. */
  isRead: boolean;
}

export const newMeter = (): Meter => ({ raw: 0, again: 0, isRead: false });

/** The same packing, the dump's own bytes counted on their way. */
export const metered = (packing: Packing, meter: Meter): Packing => ({
  ...packing,
  compress: (bytes, options) => packing.compress(counted(bytes, meter, 'raw'), options),
  decompress: (bytes) => counted(packing.decompress(bytes), meter, 'again'),
});

async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  meter: Meter,
  what: 'raw' | 'again',
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    meter[what] += chunk.length;
    yield chunk;
  }
  meter.isRead = true;
}

export function sayDump({ raw, again, isRead }: Meter): string {
  if (raw === 0)
    return 'waiting for the first bytes of the dump: for another backup, a lock on a table, or the snapshot';
  if (again > 0) return `${formatBytes(raw)} dumped and stored, ${formatBytes(again)} of it read again`;
  return isRead
    ? `${formatBytes(raw)} dumped; waiting for the storage, then for the count of its tables`
    : `${formatBytes(raw)} dumped`;
}

export function sayProof({ again, isRead }: Meter, { raw: whole }: BackupManifest): string {
  if (again === 0) return 'waiting for what the backup is proven in';
  return isRead ? 'comparing every table' : `${formatBytes(again)} of ${formatBytes(whole.bytes)} read again`;
}
