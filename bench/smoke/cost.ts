/** What 200 checks cost: one lane's turn in a round, its whole process tree. */
import { Meter } from '../kit/process-cost.ts';
import type { Cost } from '../kit/process-cost.ts';
import { startTool } from '../kit/run-tool.ts';
import type { Span, Started } from '../kit/run-tool.ts';
import { openJob, startStep } from '../kit/step.ts';
import { checkCount, checksAt, urlsOf } from './lanes.ts';
import type { Lane } from './lanes.ts';
import type { Setting } from './setting.ts';

export interface CostRound extends Cost {
  readonly lane: string;
  readonly round: number;
  readonly wallSeconds: number;
  /** That the service saw. */
  readonly connections: number;
  /** Of the step's post, which the runner starts at the end of the job; ours only. */
  readonly postCpuSeconds?: number;
}

/** It is over in less than a quarter of a second. */
const memoryEvery = 10;

/** Throws where not just the checks were asked, or one of them did not pass. */
export async function measuredCost(lane: Lane, round: number, setting: Setting): Promise<CostRound> {
  const { service, home } = setting;
  const command = lane.program?.(service.url);
  await service.begin(0);
  const cost =
    command === undefined
      ? await ourCost(setting)
      : await measured(() => Promise.resolve(startTool(command, { HOME: home })));
  const { requests, connections } = await service.seen();
  if (requests !== checkCount) throw new Error(`${lane.name} sent ${requests} requests, not ${checkCount}`);
  const { ended: _, ...figures } = cost;
  return { lane: lane.id, round, ...figures, connections };
}

async function ourCost({ entry, home, service }: Setting) {
  await using job = await openJob({ HOME: home });
  const inputs = { checks: checksAt(urlsOf(service.url)) };
  const main = await measured(() => startStep({ name: 'smoke-test', entry }, job, inputs));
  const { step } = main.ended;
  if (step.outputs['passed'] !== String(checkCount)) throw new Error(`not all passed:\n${step.shown}`);
  using meter = new Meter(() => 0);
  await step.post();
  return { ...main, postCpuSeconds: meter.cost.cpuSeconds };
}

interface Measured<T extends Span> extends Cost {
  readonly wallSeconds: number;
  readonly ended: T;
}

async function measured<T extends Span>(start: () => Promise<Started<T>>): Promise<Measured<T>> {
  let started: Started<T> | undefined;
  using meter = new Meter(() => started?.pid() ?? 0, memoryEvery);
  started = await start();
  const ended = await started.ended;
  return { ...meter.cost, wallSeconds: (ended.endedAt - ended.startedAt) / 1_000, ended };
}
