/** What a drill found, as evidence for whoever asks later. Pure. */
import type { BackupManifest } from '../../lib/domain/database/backup-manifest.ts';
import { comparedText, drillSchema, judge, missed, totalSeconds } from '../../lib/domain/database/drill.ts';
import type { DrillEvidence } from '../../lib/domain/database/drill.ts';
import { withoutBackup } from '../../lib/domain/database/drill-recovery.ts';
import type { RecoveryPoints } from '../../lib/domain/database/drill-recovery.ts';
import { comparisonOf, heldIn } from '../../lib/domain/database/fingerprint.ts';
import { ToolError } from '../../lib/domain/errors.ts';
import type { TargetError } from '../../lib/domain/errors.ts';
import type { Actor } from '../../lib/domain/record/types.ts';
import type { Drilled } from '../../lib/steps/backup/drill.ts';
import type { Inputs } from './inputs.ts';

export interface Found {
  readonly manifest: BackupManifest;
  readonly drilled: Drilled;
  readonly recovery: RecoveryPoints;
  /** Of the step, milliseconds since the epoch. */
  readonly startedAt: number;
  readonly actor: Actor;
}

type Asked = Pick<Inputs, 'objectives' | 'globals'>;

export function evidenceOf(found: Found, asked: Asked): DrillEvidence {
  const { manifest, drilled, startedAt, actor } = found;
  const { repository, run, attempt, actor: who } = actor;
  return {
    schema: drillSchema,
    at: new Date(startedAt).toISOString(),
    engine: manifest.engine,
    database: manifest.database,
    backup: {
      id: manifest.id,
      takenAt: manifest.takenAt,
      level: manifest.verified.level,
      key: manifest.object.key,
      sha256: manifest.object.sha256,
      bytes: manifest.object.bytes,
      rawBytes: manifest.raw.bytes,
    },
    ...outcomeOf(found, asked),
    into: drilled.into,
    ...measured(found, asked),
    globals: asked.globals,
    by: { repository, run, attempt, actor: who },
  };
}

function measured(
  { manifest, drilled, recovery }: Found,
  { objectives }: Asked,
): Pick<DrillEvidence, 'seconds' | 'rto' | 'rpo' | 'compared'> {
  if (drilled.kind === 'failed')
    return { rto: judge(undefined, objectives.rto), rpo: rpoOf(withoutBackup(recovery), objectives.rpo) };
  const { seconds, contents } = drilled;
  const { tables, rows } = heldIn(contents.fingerprint);
  const { kind } = comparisonOf(manifest.engine, manifest.fingerprint);
  const total = totalSeconds(seconds);
  return {
    seconds,
    rto: { seconds: total, ...judge(total, objectives.rto) },
    rpo: rpoOf(recovery, objectives.rpo),
    compared: { kind, tables, rows },
  };
}

function rpoOf({ points, unknown }: RecoveryPoints, objective: number | undefined): DrillEvidence['rpo'] {
  const [newest] = points;
  return {
    ...(newest === undefined ? {} : { seconds: newest.ageSeconds, from: newest.from }),
    points,
    unknown,
    ...judge(newest?.ageSeconds, objective),
  };
}

function outcomeOf(
  { manifest, drilled, recovery }: Found,
  { objectives }: Asked,
): Pick<DrillEvidence, 'outcome' | 'reason' | 'details'> {
  if (drilled.kind === 'failed') {
    const { error } = drilled;
    return { outcome: 'failed', reason: error.message, details: detailsOf(error) };
  }
  const faults = missed(drilled.seconds, recovery, objectives);
  if (faults.length > 0) return { outcome: 'missed', reason: faults.join('; '), details: [] };
  const compared = comparedText(comparisonOf(manifest.engine, manifest.fingerprint));
  return { outcome: 'passed', reason: `restored, and ${compared}`, details: [] };
}

const detailsOf = (error: TargetError | ToolError): string[] =>
  error instanceof ToolError
    ? [...error.lastLines]
    : error.details.map(([label, text]) => `${label}: ${text}`);
