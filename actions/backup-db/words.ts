import type { BackupManifest, VerificationLevel } from '../../lib/domain/database/backup-manifest.ts';
import type { RetentionDecision } from '../../lib/domain/database/retention.ts';
import { formatDuration } from '../../lib/domain/duration.ts';
import { formatBytes } from '../../lib/domain/size.ts';

export const provenWords: Readonly<Record<VerificationLevel, string>> = {
  complete: 'stored whole, read again and unpacked; not restored',
  parsed: 'read to its end by the dump tool; not restored',
  restored: 'restored, and every table compared',
};

/** `shop is backed up: 18.2 MB, restored in 12s, and every table compared; 2 old ones deleted` */
export function madeReason(
  { database, object, verified }: BackupManifest,
  fates: readonly RetentionDecision[] | undefined,
): string {
  const { level, restoreSeconds } = verified;
  const proof =
    level === 'restored' && restoreSeconds !== undefined
      ? `restored in ${formatDuration(restoreSeconds * 1_000)}, and every table compared`
      : provenWords[level];
  const gone = (fates ?? []).filter(({ fate }) => fate === 'deleted').length;
  const old = gone === 0 ? '' : `; ${gone} old ${gone === 1 ? 'one' : 'ones'} deleted`;
  return `${database} is backed up: ${formatBytes(object.bytes)}, ${proof}${old}`;
}
