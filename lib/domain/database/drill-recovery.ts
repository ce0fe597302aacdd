/**
 * How much would be lost, were the server gone now. A drill proves the backup alone; what a server says of its archive
 * and its replicas is told as its own word, and what cannot be read is never promised.
 */
import { formatDuration } from '../duration.ts';

/** What a server says of its archive and its replicas; times by its own clock. */
export interface SurvivingData {
  readonly now: string;
  readonly archive:
    | { readonly kind: 'off' }
    | { readonly kind: 'on'; readonly newestAt?: string; readonly failed: number }
    | { readonly kind: 'beside the data' }
    | { readonly kind: 'unreadable'; readonly why: string };
  readonly replicas: readonly { readonly name: string; readonly lagSeconds?: number }[];
}

/** Where the newest restorable data are. */
export interface RecoveryPoint {
  readonly from: 'backup' | 'archive' | 'replica';
  readonly ageSeconds: number;
  /** What it rests on, in words. */
  readonly detail: string;
}

export interface RecoveryPoints {
  /** Newest first; empty where nothing is known to be restorable. */
  readonly points: readonly RecoveryPoint[];
  /** What could not be read or does not count, a line each. */
  readonly unknown: readonly string[];
}

export interface RecoveryReading {
  /** Of the backup's snapshot, ISO 8601. */
  readonly takenAt: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Of the live server; a text says why there is none. */
  readonly live: SurvivingData | string;
  /**
   * Whether somebody vouches for a base backup of the server. A WAL archive continues one, never a dump that was
   * restored, so without it the archive restores nothing.
   */
  readonly baseBackup: boolean;
}

/** Every point of which anything is known, newest first. */
export function recoveryPoints({ takenAt, now, live, baseBackup }: RecoveryReading): RecoveryPoints {
  const backup: RecoveryPoint = {
    from: 'backup',
    ageSeconds: age(takenAt, now),
    detail: `the backup's snapshot of ${takenAt}, restored by this drill`,
  };
  const read = typeof live === 'string' ? { points: [], unknown: [live] } : serversWord(live, baseBackup);
  const points = [backup, ...read.points].sort((a, b) => a.ageSeconds - b.ageSeconds);
  return { points, unknown: read.unknown };
}

/** The same where the backup did not restore: its age counts for nothing, and an archive is not put in its place. */
export const withoutBackup = ({ points, unknown }: RecoveryPoints): RecoveryPoints => ({
  points: points.filter(({ from }) => from === 'replica'),
  unknown: [
    'the backup did not restore, so neither its age counts nor that of an archive, of which this drill restored nothing',
    ...unknown,
  ],
});

interface Word {
  readonly points: readonly RecoveryPoint[];
  readonly unknown: readonly string[];
}

function serversWord(live: SurvivingData, baseBackup: boolean): Word {
  const [archive, replicas] = [archiveWord(live, baseBackup), replicaWord(live)];
  return {
    points: [...archive.points, ...replicas.points],
    unknown: [...archive.unknown, ...replicas.unknown],
  };
}

function archiveWord({ archive, now }: SurvivingData, baseBackup: boolean): Word {
  const unknown = (line: string): Word => ({ points: [], unknown: [line] });
  if (archive.kind === 'off') return unknown('the server archives nothing between two backups');
  if (archive.kind === 'unreadable') return unknown(`the archive could not be read: ${archive.why}`);
  if (archive.kind === 'beside the data')
    return unknown(
      'the binary log is on, and lies beside the data: it is lost with the server, but for what somebody copies away',
    );
  if (archive.failed > 0)
    return unknown(`the archive does not count: ${archive.failed} pieces failed since its last success`);
  if (archive.newestAt === undefined) return unknown('the archive is on and has no piece yet');
  const ageSeconds = age(archive.newestAt, Date.parse(now));
  if (!baseBackup)
    return unknown(
      `the archive’s newest piece is of ${archive.newestAt} (${formatDuration(ageSeconds * 1_000)} old); it needs a base backup of the server, which this drill has not seen, so it does not count`,
    );
  const detail = `the archive’s newest piece, of ${archive.newestAt}, as the server says, on a base backup that the workflow vouches for: neither was restored by this drill`;
  return { points: [{ from: 'archive', ageSeconds, detail }], unknown: [] };
}

function replicaWord({ replicas }: SurvivingData): Word {
  const told = replicas.flatMap(({ name, lagSeconds }): RecoveryPoint[] =>
    lagSeconds === undefined
      ? []
      : [
          {
            from: 'replica',
            ageSeconds: Math.max(0, Math.round(lagSeconds)),
            detail: `replica ${name}, as the server says; it repeats a wrong DELETE too`,
          },
        ],
  );
  const silent = replicas.filter(({ lagSeconds }) => lagSeconds === undefined);
  return {
    points: told,
    unknown: silent.map(({ name }) => `replica ${name} does not say how far it is behind`),
  };
}

/** Whole seconds; a clock that is ahead makes nothing younger than new. */
const age = (then: string, now: number): number => Math.max(0, Math.round((now - Date.parse(then)) / 1_000));

/** `2h10m old: the backup's snapshot of …` */
export const describePoint = ({ ageSeconds, detail }: RecoveryPoint): string =>
  `${formatDuration(ageSeconds * 1_000)} old: ${detail}`;
