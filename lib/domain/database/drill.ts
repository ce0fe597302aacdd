/** What a drill found, and whether that is good enough. docs/schemas/restore-drill.json is the evidence's schema. */
import { formatDuration } from '../duration.ts';
import type { Milliseconds } from '../duration.ts';
import type { VerificationLevel } from './backup-manifest.ts';
import type { RecoveryPoint, RecoveryPoints } from './drill-recovery.ts';
import type { Comparison, FingerprintKind } from './fingerprint.ts';
import type { Engine } from './locator.ts';

export const drillSchema = 'slipway/restore-drill/v1';

/** What was asked for; undefined: it is measured and not judged. */
export interface Objectives {
  /** From the start of the step until every table was compared. */
  readonly rto?: Milliseconds;
  /** How old the newest restorable data may be. */
  readonly rpo?: Milliseconds;
}

/** Where the time went, in seconds; together they are the RTO that was measured. */
export interface DrillSeconds {
  /** To find the backup and start the server. */
  readonly prepare: number;
  /** To fetch, unpack and restore it: one stream. */
  readonly restore: number;
  readonly compare: number;
}

export interface Judged {
  readonly objectiveSeconds?: number;
  /** Absent where there is no objective, or nothing was measured. */
  readonly met?: boolean;
}

export interface DrillEvidence {
  readonly schema: typeof drillSchema;
  /** When it began, ISO 8601. */
  readonly at: string;
  readonly engine: Engine;
  readonly database: string;
  readonly backup: {
    readonly id: string;
    readonly takenAt: string;
    readonly level: VerificationLevel;
    readonly key: string;
    readonly sha256: string;
    /** Of the object, as it is stored. */
    readonly bytes: number;
    /** Of the dump in it. */
    readonly rawBytes: number;
  };
  /** `missed`: it was restored and equal, and an objective was not met. `failed`: it was not. */
  readonly outcome: 'passed' | 'missed' | 'failed';
  readonly reason: string;
  /** Of a drill that failed: what else was said. */
  readonly details: readonly string[];
  /** The server that it was restored into, in words, and its version; empty where none was started. */
  readonly into: string;
  /** Absent where it was not restored and compared. */
  readonly seconds?: DrillSeconds;
  readonly rto: Judged & { readonly seconds?: number };
  readonly rpo: Judged & {
    /** Absent where nothing is known to be restorable. */
    readonly seconds?: number;
    /** What that rests on. */
    readonly from?: RecoveryPoint['from'];
    readonly points: readonly RecoveryPoint[];
    readonly unknown: readonly string[];
  };
  /** What was compared: each table's rows, or only how many; absent where it was not. */
  readonly compared?: { readonly kind: FingerprintKind; readonly tables: number; readonly rows: number };
  readonly globals: boolean;
  readonly by: {
    readonly repository: string;
    readonly run: string;
    readonly attempt: number;
    readonly actor: string;
  };
}

export const secondsOf = (milliseconds: Milliseconds): number => Math.round(milliseconds / 100) / 10;

export const totalSeconds = ({ prepare, restore, compare }: DrillSeconds): number =>
  Math.round((prepare + restore + compare) * 10) / 10;

/** `seconds`: what was measured; undefined where there is nothing to measure. */
export function judge(seconds: number | undefined, objective: Milliseconds | undefined): Judged {
  if (objective === undefined) return {};
  const objectiveSeconds = objective / 1_000;
  return seconds === undefined
    ? { objectiveSeconds }
    : { objectiveSeconds, met: seconds <= objectiveSeconds };
}

/** What was not met, a line each; empty where all that was asked for was. */
export function missed(seconds: DrillSeconds, { points }: RecoveryPoints, asked: Objectives): string[] {
  const [rto, newest] = [totalSeconds(seconds), points[0]];
  const late = judge(rto, asked.rto).met === false ? asked.rto : undefined;
  const old = judge(newest?.ageSeconds, asked.rpo).met === false ? asked.rpo : undefined;
  return [
    ...(late === undefined ? [] : [`it took ${spoken(rto)}, and rto is ${formatDuration(late)}`]),
    ...(old === undefined || newest === undefined
      ? []
      : [
          `the newest restorable data are ${spoken(newest.ageSeconds)} old (${newest.from}), and rpo is ${formatDuration(old)}`,
        ]),
  ];
}

/** What a comparison has shown, and no more than that. */
export const comparedText = ({ kind, why }: Comparison): string =>
  kind === 'rows'
    ? 'every table has the rows that were dumped'
    : `every table has as many rows as were dumped${why === undefined ? '' : ` (${why}: they could only be counted)`}`;

export const spoken = (seconds: number): string => formatDuration(seconds * 1_000);

export const evidenceText = (evidence: DrillEvidence): string => `${JSON.stringify(evidence, null, 2)}\n`;
