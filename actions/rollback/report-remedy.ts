import { columns } from '../../lib/domain/report/columns.ts';
import type { ReleaseRef } from '../../lib/domain/kubernetes.ts';
import { present } from '../../lib/domain/rollback/candidates.ts';
import type { Refusal } from '../../lib/domain/rollback/types.ts';
import { oneLine } from '../../lib/domain/words.ts';
import type { Looked } from './look.ts';
import { outcomeOf } from './record.ts';
import type { RollbackResult } from './run.ts';

/** What a person can do about a rollback that ended red; empty where nothing is to be done. */
export function remedies(
  { result, looked, done }: RollbackResult,
  { name, namespace }: ReleaseRef,
): readonly string[] {
  if (result === 'success' || result === 'skipped') return [];
  if (done === undefined) {
    const refusals: readonly Refusal[] = looked?.decision.kind === 'refuse' ? looked.decision.refusals : [];
    return [...new Set(refusals.map(({ remedy }) => remedy))];
  }
  const { undone, checks, to } = done;
  if (outcomeOf(undone) === 'pass') {
    return checks?.outcome === 'fail'
      ? [`the old version answers wrongly too: look at what it depends on, or choose another state with to:`]
      : ['nobody could ask it: see whether it answers, then run this again with dry-run: true'];
  }
  const [finding] = undone.verdict?.findings ?? [];
  if (finding !== undefined) return [finding.remedy];
  return outcomeOf(undone) === 'inconclusive'
    ? [
        `see whether revision ${to.revision} runs: helm history ${name} -n ${namespace}, kubectl get pods -n ${namespace}`,
      ]
    : [
        `look at its pods: kubectl get pods -n ${namespace}; then choose another state with to:, or fix forward`,
      ];
}

/** The error as the log shows it: what, of which release, what the records say, what to do. */
export function errorText(result: RollbackResult, release: ReleaseRef): string {
  const { reason, looked, done } = result;
  const rows: (readonly [string, string])[] = [
    ['release', `${release.name} in namespace ${release.namespace}`],
    ...(done === undefined
      ? looked === undefined
        ? []
        : [['records', recordsOf(looked)] as const]
      : [
          ['left', `revision ${done.from.revision}, ${done.left.id} ${done.left.state}`] as const,
          ['record', `${done.own.id} ${done.own.state}`] as const,
        ]),
    ...remedies(result, release).map((remedy) => ['do', remedy] as const),
  ];
  return [`rollback: ${reason}`, ...columns(rows)].join('\n');
}

const shown = 3;

/** `#41 rejected (smoke-test: /checkout answered 500), #40 rolled-back, nothing older`. */
function recordsOf({ facts }: Looked): string {
  const records = [...present(facts).records].sort((a, b) => b.seq - a.seq);
  if (records.length === 0) return 'none of this installation';
  const told = records.slice(0, shown).map(({ seq, state, kind, to, reason }) => {
    const why = kind === 'rollback' ? `rollback to revision ${to.revision}` : reason;
    return `#${seq} ${state}${why === undefined ? '' : ` (${oneLine(why, 120)})`}`;
  });
  const older = records.length - told.length;
  return [...told, older === 0 ? 'nothing older' : `${older} older`].join(', ');
}
