/** `npm run bench -- <name> [arguments]`: the tables, a line per goal, raw rounds in results/; 1 when one falls short. */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { interruptChildren } from './kit/children.ts';
import { goalLine, holds } from './table.ts';
import type { Benchmark, Goal } from './table.ts';

type Run = (args: readonly string[], signal: AbortSignal) => Promise<Benchmark>;

const benchmarks: Readonly<Record<string, () => Promise<{ run: Run }>>> = {
  backup: () => import('./backup.ts'),
  'backup-faults': () => import('./backup-faults.ts'),
  cancel: () => import('./cancel.ts'),
  images: () => import('./images.ts'),
  reuse: () => import('./reuse.ts'),
  rollback: () => import('./rollback.ts'),
  rollout: () => import('./rollout.ts'),
  secrets: () => import('./secrets.ts'),
  smoke: () => import('./smoke.ts'),
  startup: () => import('./startup.ts'),
  verdict: () => import('./verdict.ts'),
};

const [name = '', ...args] = process.argv.slice(2);
const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;

if (load === undefined) {
  console.error(`usage: npm run bench -- ${Object.keys(benchmarks).join(' | ')}`);
  process.exitCode = 2;
} else {
  const { run } = await load();
  const stopped = interruption();
  try {
    process.exitCode = await measure(name, run(args, stopped));
  } catch (error) {
    if (error !== stopped.reason) throw error;
    process.exitCode = 130;
  }
}

async function measure(name: string, measured: Promise<Benchmark>): Promise<number> {
  const { tables, goals, rounds, draft = false } = await measured;
  if (!draft) await keep(name, goals, rounds);
  console.log([...tables, goals.map(goalLine).join('\n')].join('\n\n'));
  return goals.every(holds) ? 0 : 1;
}

async function keep(name: string, goals: readonly Goal[], rounds: unknown): Promise<void> {
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
  const results = join(import.meta.dirname, 'results');
  await mkdir(results, { recursive: true });
  await writeFile(
    join(results, `${name}.json`),
    `${JSON.stringify({ name, machine, goals, rounds }, null, 1)}\n`,
  );
}

/** Ctrl-C ends the benchmark, and what it has put into the cluster goes; a second one does not wait for that. */
function interruption(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.error(`${signal}: removing the namespaces of the benchmark`);
      stop.abort(new Error('interrupted'));
      interruptChildren();
    });
  }
  return stop.signal;
}
