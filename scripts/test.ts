/** `npm test`: everything that must hold, whatever of it fails; the last line is `N passed, N failed`. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gates } from './gates.ts';
import type { Gate } from './gates.ts';
import { runCommand, signalAll } from './run-command.ts';
import { lastLine, nothing, sum, tallyOf, tallyOfJest } from './tally.ts';
import type { Tally } from './tally.ts';

const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'slipway-npm-test-'));
const plan = gates(folder);
const summary: string[] = [];
let total = nothing;
let stopped = false;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopped = true;
    signalAll(signal);
  });
}

async function pass(gate: Gate): Promise<boolean> {
  console.log(`\n== ${gate.title}`);
  const started = performance.now();
  const { ok, status } = await runCommand(gate.argv, {
    cwd: root,
    env: { CI: 'true' },
    show: true,
    timeout: gate.timeout,
  });
  const tally = count(gate, ok);
  const took = `${((performance.now() - started) / 1_000).toFixed(1)} s`;
  const outcome = tally.failed === 0 ? 'ok' : `FAILED (${status})`;
  console.log(`== ${gate.title}: ${outcome}, ${took}`);
  summary.push(`${gate.title.padEnd(16)} ${lastLine(tally).padEnd(24)} ${took.padStart(8)}`);
  total = sum(total, tally);
  return tally.failed === 0;
}

function count(gate: Gate, ok: boolean): Tally {
  if (gate.counts === undefined) return tallyOf(ok);
  return tallyOfJest(existsSync(gate.counts) ? readFileSync(gate.counts, 'utf8') : undefined, ok);
}

/**
 * The tests over real parts, beside each other: those of the cluster mostly wait for it, the others need none. A sandbox
 * that was up before stays up; SLIPWAY_KUBECONFIG names a cluster that is not ours to end.
 */
async function overRealParts(): Promise<void> {
  const ours = !process.env['SLIPWAY_KUBECONFIG'];
  const wasUp = ours && (await runCommand(plan.sandboxStatus.argv, { cwd: root })).ok;
  try {
    const up = (await pass(plan.tools)) && !stopped && (await pass(plan.sandboxUp));
    if (!stopped) await Promise.all([pass(plan.partsTests), up ? pass(plan.sandboxTests) : undefined]);
  } finally {
    if (ours && !wasUp) await pass(plan.sandboxDown);
  }
}

try {
  for (const gate of plan.unattended) {
    if (!stopped) await pass(gate);
  }
  if (!stopped) await overRealParts();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

if (stopped) total = sum(total, tallyOf(false));
console.log(`\n${summary.join('\n')}`);
console.log(lastLine(total));
process.exitCode = total.failed === 0 ? 0 : 1;
