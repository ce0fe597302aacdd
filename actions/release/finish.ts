import { compensationOf } from '../../lib/domain/release/compensation.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import { leastBudget, postTimeLeft } from '../../lib/steps/post-budget.ts';
import { parseRecordId } from '../../lib/domain/record/id.ts';
import { finishLeft as finishDeploy } from '../deploy-helm/finish.ts';
import { finishLeft as finishRollback } from '../rollback/finish.ts';
import { compensate } from './compensate.ts';
import type { Inputs } from './inputs.ts';
import type { Left } from './left.ts';
import type { Ports } from './ports.ts';
import { readPhases } from './read-phases.ts';

/** What a main that ended early has left, phase by phase. */
export interface Work {
  readonly deploy: Parameters<typeof finishDeploy>[0];
  readonly rollback: Parameters<typeof finishRollback>[0];
  /** The release itself: post reads inputs and file again, for the step's state holds no secret. */
  readonly release: ReleaseLeft | undefined;
}

export interface ReleaseLeft {
  readonly left: Left;
  readonly inputs: () => Inputs;
  readonly ports: Ports;
  /** When main was cancelled, milliseconds since the epoch; undefined when it was killed or failed. */
  readonly cancelledAt: number | undefined;
}

/** Post: nothing left is the normal case. First what a phase has left half-way, then what is still to be undone. */
export async function finishLeft({ deploy, rollback, release }: Work): Promise<Result | undefined> {
  const halfWay = [await finishDeploy(deploy), await finishRollback(rollback)];
  const whole = release === undefined ? undefined : await finishRelease(release);
  const results = [...halfWay, whole].filter((each) => each !== undefined);
  if (results.length === 0) return undefined;
  // What a phase could not bring back, the whole may have: once the schema is one that the old version can read.
  const red = (whole?.deploy === true ? [whole] : results).find(({ result }) => result !== 'success');
  return { result: red?.result ?? 'success', reason: results.map(({ reason }) => reason).join('; ') };
}

/** `deploy`: the old version was brought back here. */
type Finished = Result & { readonly deploy?: boolean };

async function finishRelease({
  left,
  inputs,
  ports,
  cancelledAt,
}: ReleaseLeft): Promise<Finished | undefined> {
  const phases = await readPhases(inputs(), ports);
  const deploy = await ports.connect.deploy(phases.deploy);
  const key = parseRecordId(left.record);
  const record = (await deploy.records.of(phases.deploy.release)).find(({ seq }) => seq === key?.seq);
  if (record === undefined) return { result: 'failure', reason: `the record ${left.record} is gone` };
  const compensation = compensationOf(record);
  if (compensation.kind === 'nothing')
    return {
      result: record.state === 'verified' ? 'success' : 'failure',
      reason: `${record.id}: ${compensation.why}`,
    };
  // Ready, and then the API was gone: it was not proven, and nothing says that it does not hold.
  if (left.unknown === true && compensation.kind === 'deploy first')
    return { result: 'inconclusive', reason: `${record.id}: it is ${record.state}, and nothing was undone` };
  const budget = Math.max(postTimeLeft(cancelledAt, ports), leastBudget);
  const { undone } = await compensate(record, phases, deploy, ports, budget);
  if (undone.length === 0) return undefined;
  const said = undone.map(({ what, detail }) => `${what}: ${detail}`).join('; ');
  return {
    result: undone.every(({ good }) => good) ? 'success' : 'failure',
    reason: `${record.id}: ${said}`,
    deploy: undone.some(({ what }) => what === 'deploy'),
  };
}
