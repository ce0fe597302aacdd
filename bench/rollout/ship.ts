/** How each tool ships the next change. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Verdict } from '../../lib/domain/verdict/types.ts';
import { complete } from '../../test/e2e/support/step.ts';
import { startJob } from '../../test/support/runner.ts';
import type { Change, Lane } from './lane.ts';

/** Milliseconds since the epoch. */
export interface Shipped {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly verdictAt?: number;
}

export interface Shipping {
  /** 0 until it is started. */
  readonly pid: () => number;
  readonly ended: Promise<Shipped>;
}

const root = resolve(import.meta.dirname, '../..');
const chart = 'sandbox/charts/many';
const release = 'bench';

/** Starts the lane's tool on the next change. Rejects with what it said when it does not end well. */
export async function ship(lane: Lane, change: Change, entry: string): Promise<Shipping> {
  const values = await lane.prepare(change);
  return lane.tool.wait === undefined
    ? shipWithAction(lane, change, values, entry)
    : shipWithHelm(lane, values, lane.tool.wait);
}

function shipWithHelm(lane: Lane, values: string, wait: string): Shipping {
  const argv = ['upgrade', release, chart, '--install', '--namespace', lane.namespace.name];
  const env = { PATH: process.env['PATH'], HOME: lane.home, KUBECONFIG: lane.kubeconfig };
  const startedAt = Date.now();
  const child = spawn(`${lane.bin}/helm`, [...argv, '--values', values, wait, '--timeout', '5m'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<Shipped>((done, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      const endedAt = Date.now();
      child.once('close', (code) => {
        if (code === 0) done({ startedAt, endedAt });
        else reject(new Error(`${lane.tool.name} ended with ${code}:\n${said}`));
      });
    });
  });
  return { pid: () => child.pid ?? 0, ended };
}

async function shipWithAction(
  lane: Lane,
  change: Change,
  valuesFile: string,
  entry: string,
): Promise<Shipping> {
  const job = await startJob({
    PATH: `${lane.bin}:${process.env['PATH']}`,
    HOME: lane.home,
    GITHUB_WORKSPACE: root,
  });
  const step = job.start({
    entry,
    cwd: root,
    inputs: complete({
      release,
      chart,
      namespace: lane.namespace.name,
      kubeconfig: lane.identity.kubeconfig,
      'values-files': valuesFile,
      images: `image=${change.image.pinned}`,
      timeout: '5m',
    }),
  });
  const ended = (async (): Promise<Shipped> => {
    await using _ = job;
    const { exit, shown, report, startedAt, endedAt } = await step.ended;
    if (exit !== 0) throw new Error(`${lane.tool.name} ended with ${exit}:\n${shown}`);
    const { verdict } = (report?.data ?? {}) as { readonly verdict?: Verdict };
    if (verdict === undefined) throw new Error(`${lane.tool.name} reported no verdict:\n${shown}`);
    return { startedAt, endedAt, verdictAt: verdict.at };
  })();
  return { pid: () => step.pid, ended };
}
