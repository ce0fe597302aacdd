import { totalSeconds } from '../../lib/domain/database/drill.ts';
import { heldIn } from '../../lib/domain/database/fingerprint.ts';
import type { Annotation, Report } from '../../lib/domain/report/result.ts';
import type { Inputs } from './inputs.ts';
import { errorText } from './report-error.ts';
import { summary } from './report-summary.ts';
import type { RestoreResult } from './run.ts';

export const outputNames: readonly string[] = [
  'result',
  'reason',
  'report',
  'backup-id',
  'database',
  'restore-seconds',
  'rto-seconds',
  'rpo-seconds',
  'tables',
  'switch',
  'evidence',
  'duration-ms',
];

/** What the workflow and the person who restores get to see of it. */
export function report(result: RestoreResult, inputs: Inputs): Report {
  const { look, restored, drill, startedAt } = result;
  return {
    outputs: outputsOf(result),
    summary: summary(result, inputs),
    annotations: annotationsOf(result),
    data: {
      mode: inputs.mode,
      backup: {
        ...look.manifest,
        fingerprint: {
          kind: look.manifest.fingerprint.kind,
          tables: heldIn(look.manifest.fingerprint).tables,
        },
      },
      refusals: look.refusals,
      notes: look.notes,
      dataAgeSeconds: ageAt(startedAt, look.manifest.takenAt),
      ...(restored === undefined
        ? {}
        : {
            restored: {
              database: restored.database,
              place: restored.described,
              seconds: restored.seconds,
              fingerprint: restored.contents.fingerprint,
              migrations: restored.contents.migrations,
              switch: restored.switch,
            },
          }),
      ...(drill === undefined ? {} : { drill: drill.evidence, evidenceKey: drill.key, trend: drill.trend }),
    },
  };
}

function outputsOf({ look, restored, drill, startedAt, duration }: RestoreResult): Record<string, string> {
  const seconds = restored?.seconds ?? drill?.evidence.seconds;
  const tables =
    restored === undefined ? drill?.evidence.compared?.tables : heldIn(restored.contents.fingerprint).tables;
  return {
    'backup-id': look.manifest.id,
    database: restored?.database ?? '',
    'restore-seconds': String(seconds?.restore ?? ''),
    'rto-seconds': seconds === undefined ? '' : String(totalSeconds(seconds)),
    'rpo-seconds': String(
      drill === undefined ? ageAt(startedAt, look.manifest.takenAt) : (drill.evidence.rpo.seconds ?? ''),
    ),
    tables: String(tables ?? ''),
    switch: restored?.switch?.commands.join('\n') ?? '',
    evidence: drill?.file ?? '',
    'duration-ms': String(duration),
  };
}

const ageAt = (now: number, takenAt: string): number =>
  Math.max(0, Math.round((now - Date.parse(takenAt)) / 1_000));

/** What was warned of while it ran is on the page already. */
const annotationsOf = (result: RestoreResult): Annotation[] =>
  result.result === 'success' ? [] : [{ kind: 'error', title: 'restore-db', message: errorText(result) }];
