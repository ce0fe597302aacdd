import type { Verdict } from '../../lib/domain/verdict/types.ts';
import type { Journal } from '../../lib/steps/journal.ts';
import { readBack, whyNotAsked } from '../../lib/steps/read-back.ts';
import type { ReadBack } from '../../lib/steps/read-back.ts';
import type { Applied } from './apply.ts';
import type { Inputs } from './inputs.ts';
import type { Plan } from './plan.ts';
import type { Ports } from './ports.ts';

/** A release that became ready is proven: the chart's own tests, then what really runs. A failed one is not asked. */
export async function prove(
  plan: Plan,
  { verdict }: Applied,
  journal: Journal,
  inputs: Inputs,
  ports: Ports,
): Promise<{ verdict: Verdict; running?: ReadBack }> {
  if (verdict.outcome !== 'pass') return { verdict };
  const tested = inputs.tests
    ? await journal.step('helm test', () => runTests(verdict, inputs, ports))
    : verdict;
  if (tested.outcome !== 'pass') return { verdict: tested };

  const running = await journal.step('read back', () => readBack(inputs.release, plan, ports));
  if (running.outcome === 'pass') return { verdict: tested, running };
  return {
    verdict: { ...tested, outcome: running.outcome, reason: whyNotAsked(running), at: ports.clock.now() },
    running,
  };
}

async function runTests(
  ready: Verdict,
  { release, timeout }: Inputs,
  { helm, log, clock, signal }: Ports,
): Promise<Verdict> {
  const { passed, output } = await helm.test(release, { timeout }, { signal });
  log.untrusted(output.split('\n'));
  if (passed) return ready;
  return { ...ready, outcome: 'fail', reason: 'helm test failed; its output is in the log', at: clock.now() };
}
