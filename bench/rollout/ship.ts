/** How each tool ships the next change. */
import { join } from 'node:path';
import type { Verdict } from '../../lib/domain/verdict/types.ts';
import { startTool } from '../kit/run-tool.ts';
import type { Span, Started } from '../kit/run-tool.ts';
import { startAction } from '../kit/step.ts';
import type { Change, Lane } from './lane.ts';

export interface Shipped extends Span {
  readonly verdictAt?: number;
}

export type Shipping = Started<Shipped>;

const chart = 'sandbox/charts/many';
const release = 'bench';

/** Starts the lane's tool on the next change. Rejects with what it said when it does not end well. */
export async function ship(lane: Lane, change: Change, entry: string): Promise<Shipping> {
  const values = await lane.prepare(change);
  const { place, tool } = lane;
  if (tool.wait === undefined) return shipWithAction(lane, change, values, entry);
  const upgrade = ['upgrade', release, chart, '--install', '--namespace', place.namespace.name];
  return startTool(
    [join(place.bin, 'helm'), ...upgrade, '--values', values, tool.wait, '--timeout', '5m'],
    place.programEnv,
  );
}

async function shipWithAction(
  { place, tool }: Lane,
  change: Change,
  valuesFile: string,
  entry: string,
): Promise<Shipping> {
  const action = { name: 'deploy-helm', entry };
  const { pid, ended } = await startAction(action, place.stepEnv, {
    ...place.stepInputs,
    release,
    chart,
    'values-files': valuesFile,
    images: `image=${change.image.pinned}`,
    timeout: '5m',
  });
  return {
    pid,
    ended: ended.then(({ step, ...span }) => {
      const { verdict } = (step.report?.data ?? {}) as { readonly verdict?: Verdict };
      if (verdict === undefined) throw new Error(`${tool.name} reported no verdict:\n${step.shown}`);
      return { ...span, verdictAt: verdict.at };
    }),
  };
}
