import type { DrillEvidence } from '../../lib/domain/database/drill.ts';
import { columns } from '../../lib/domain/report/columns.ts';
import type { RestoreResult } from './run.ts';

/** For the person who reads it at night: the headline, the proof, what to do. */
export function errorText({ reason, look, drill }: RestoreResult): string {
  const [first, ...more] = look.refusals;
  const rows = [
    ['subject', `backup ${look.manifest.id} of ${look.manifest.database}`],
    ...(first === undefined ? [] : [['do', first.remedy]]),
    ...more.flatMap((each) => [
      ['also', each.reason],
      ['do', each.remedy],
    ]),
    ...(drill?.evidence.details ?? []).map((line) => ['said', line]),
    ...(drill === undefined ? [] : drillRemedies(drill.evidence).map((line) => ['do', line])),
  ];
  return [`restore-db: ${reason}`, ...columns(rows)].join('\n');
}

function drillRemedies({ outcome, rto, rpo }: DrillEvidence): string[] {
  if (outcome === 'failed')
    return ['make another backup now and see that it restores; then find out why this one does not'];
  return [
    ...(rto.met === false
      ? ['restore faster (a larger server, a storage that is nearer), or give rto what it takes']
      : []),
    ...(rpo.met === false
      ? ['back up more often, or have the server archive in between; a dump alone is as old as its snapshot']
      : []),
  ];
}
