import type { ChartSource } from '../../lib/domain/chart.ts';
import { planOf } from '../../lib/domain/release/plan.ts';
import type { PlannedPhase } from '../../lib/domain/release/plan.ts';
import { formatDestination } from '../../lib/domain/storage/destination.ts';
import { plural } from '../../lib/domain/words.ts';
import type { Inputs as SmokeInputs } from '../smoke-test/inputs.ts';
import { smokePlaceholder } from './phases.ts';
import type { Phases } from './phases.ts';

/** The plan of what the file and the inputs ask for. */
export function planOfPhases({ backup, migration, deploy, smoke }: Phases): readonly PlannedPhase[] {
  const { name, namespace } = deploy.release;
  return planOf({
    backup: backup && formatDestination(backup.destination.place),
    migration,
    release: `${chartSaid(deploy.chart)} as ${name} in ${namespace}`,
    onFirstFailure: deploy.onFirstFailure,
    smoke: smoke && smokeSaid(smoke(smokePlaceholder)),
    comparesSchema: deploy.database !== undefined,
  });
}

function smokeSaid({ checks, identity, suites }: SmokeInputs): string {
  const parts = [
    ...(identity === undefined ? [] : ['who answers']),
    ...(checks.length === 0 ? [] : [plural(checks.length, 'check')]),
    ...(suites.length === 0 ? [] : [plural(suites.length, 'suite')]),
  ];
  return parts.join(', ');
}

function chartSaid(chart: ChartSource): string {
  if (chart.kind === 'path') return chart.path;
  const version = chart.version === undefined ? '' : ` ${chart.version}`;
  return `${chart.kind === 'oci' ? chart.ref : chart.name}${version}`;
}
