import { CancelledError, messageOf, UnreachableError } from '../../../lib/domain/errors.ts';
import type { Verdict } from '../../../lib/domain/verdict/types.ts';
import type { Journal } from '../../../lib/steps/journal.ts';
import { readBack, whyNotAsked } from '../../../lib/steps/read-back.ts';
import type { ReadBack } from '../../../lib/steps/read-back.ts';
import type { Applied } from './apply.ts';
import type { Inputs } from '../inputs.ts';
import type { Plan } from '../plan/plan.ts';
import type { Ports } from '../ports.ts';

export type ProvePorts = Pick<Ports, 'kube' | 'helm' | 'running' | 'registry' | 'clock' | 'log' | 'signal'>;

/** A release that became ready is proven: the chart's own tests, then what really runs. A failed one is not asked. */
export async function prove(
  plan: Pick<Plan, 'gated' | 'objects' | 'images'>,
  { verdict, running: seen }: Pick<Applied, 'verdict' | 'running'>,
  journal: Journal,
  inputs: Pick<Inputs, 'release' | 'tests' | 'timeout'>,
  ports: ProvePorts,
): Promise<{ verdict: Verdict; running?: ReadBack }> {
  if (verdict.outcome !== 'pass') return { verdict };
  const tested = inputs.tests
    ? await journal.step('helm test', () => runTests(verdict, inputs, ports))
    : verdict;
  if (tested.outcome !== 'pass') return { verdict: tested };

  // The chart's tests may have changed what the watcher saw before them.
  const atVerdict = inputs.tests ? [] : seen;
  const running = await journal
    .step('read back', () => readBack(inputs.release, plan, ports, atVerdict))
    .catch(unread);
  if ('unread' in running) return { verdict: notProven(tested, 'inconclusive', running.unread, ports) };
  if (running.outcome === 'pass') return { verdict: tested, running };
  return { verdict: notProven(tested, running.outcome, whyNotAsked(running), ports), running };
}

/** What cannot be read back is not known, whatever the API's reason. */
function unread(error: unknown): { unread: string } {
  if (error instanceof CancelledError) throw error;
  return {
    unread: `what runs could not be read back: ${messageOf(error)}`,
  };
}

const notProven = (
  ready: Verdict,
  outcome: Verdict['outcome'],
  reason: string,
  { clock }: Pick<Ports, 'clock'>,
): Verdict => ({
  ...ready,
  outcome,
  reason,
  at: clock.now(),
});

async function runTests(
  ready: Verdict,
  { release, timeout }: Pick<Inputs, 'release' | 'timeout'>,
  ports: ProvePorts,
): Promise<Verdict> {
  const { helm, log, signal } = ports;
  try {
    const { passed, output } = await helm.test(release, { timeout }, { signal });
    log.untrusted(output.split('\n'));
    return passed ? ready : notProven(ready, 'fail', 'helm test failed; its output is in the log', ports);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    const outcome = error instanceof UnreachableError ? 'inconclusive' : 'fail';
    return notProven(ready, outcome, `helm test: ${messageOf(error)}`, ports);
  }
}
