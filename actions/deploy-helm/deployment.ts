import { statusLine } from '../../lib/domain/record/status-line.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import type { Verdict } from '../../lib/domain/verdict/types.ts';
import type { Inputs } from './inputs.ts';
import type { Plan } from './plan.ts';
import type { Ports } from './ports.ts';

const states = { pass: 'success', fail: 'failure', inconclusive: 'error' } as const;

/** Tells GitHub that a release begins. It runs beside the release: GitHub slow or down delays nothing. */
export async function announceDeployment(
  plan: Plan,
  record: ReleaseRecord,
  inputs: Inputs,
  { github }: Ports,
  onBegun: (id: number) => void,
): Promise<number | undefined> {
  if (inputs.environment === '') return undefined;
  const description = `${plan.chart.name} ${plan.chart.version}`;
  const payload = {
    slipway: 'release',
    record: record.id,
    chart: plan.chart.name,
    chartVersion: plan.chart.version,
    images: plan.images,
  };
  const id = await github.begin({ environment: inputs.environment, task: 'deploy', payload, description });
  if (id === undefined) return undefined;
  onBegun(id);
  await github.report(id, 'in_progress', {
    description: `${record.id} ${record.state}`,
    environment: inputs.environment,
  });
  return id;
}

/** Tells GitHub how it ended: record, digest and state, which is what the next release compares with. */
export async function closeDeployment(
  begun: Promise<number | undefined>,
  record: ReleaseRecord,
  verdict: Verdict,
  inputs: Inputs,
  { github }: Ports,
): Promise<number | undefined> {
  const id = await begun;
  if (id === undefined) return undefined;
  await github.report(id, states[verdict.outcome], {
    description: statusLine(record),
    environment: inputs.environment,
    ...(inputs.environmentUrl === '' ? {} : { environmentUrl: inputs.environmentUrl }),
  });
  return id;
}
