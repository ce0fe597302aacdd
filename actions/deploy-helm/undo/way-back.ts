import { ofInstallation } from '../../../lib/domain/record/installation.ts';
import { isVerified } from '../../../lib/domain/record/transitions.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import { chooseTargets } from '../../../lib/domain/verdict/targets.ts';
import type { Revision } from '../../../lib/ports/helm.ts';
import { resolveObjects } from '../../../lib/steps/resolve-objects.ts';
import { rollOut } from '../../../lib/steps/roll-out.ts';
import type { Inputs } from '../inputs.ts';
import type { Plan } from '../plan/plan.ts';
import type { Ports } from '../ports.ts';
import { baselineDraft } from '../record.ts';

/** What a failed release could go back to. */
export interface WayBack {
  readonly records: readonly ReleaseRecord[];
  /** The revision that ran ready when the step began, where no verified record says so already. */
  readonly baseline?: number;
}

/**
 * Finds out what the release could be taken back to, before anything changes. A target that ran before Slipway
 * came gets a `baseline` record of the revision that runs ready now; it counts as verified.
 */
export async function findWayBack(
  plan: Plan,
  stored: readonly ReleaseRecord[],
  inputs: Inputs,
  ports: Ports,
): Promise<WayBack> {
  const records = ofInstallation(stored, plan.installedAt);
  const { previous } = plan;
  const known =
    previous !== undefined &&
    records.some((record) => record.revision === previous.revision && isVerified(record));
  if (previous === undefined || known) return { records };
  if (!(await runsReady(previous, inputs, ports))) {
    ports.log.warn(`revision ${previous.revision} runs, but is not ready now: it is no state to go back to`);
    return { records };
  }
  if (records.length > 0) return { records, baseline: previous.revision };
  return {
    records: [await ports.records.open(baselineDraft(previous, inputs, ports))],
    baseline: previous.revision,
  };
}

/** Whether everything that a revision waits for is ready at this moment. */
export async function runsReady(revision: Revision, inputs: Inputs, ports: Ports): Promise<boolean> {
  const { objects } = await resolveObjects(ports.kube, revision.manifest, inputs.release.namespace);
  const { gated } = chooseTargets(objects, { gate: [], ignore: inputs.ignore });
  const { verdict } = await rollOut(
    { gated, advisory: [], within: 0, apply: async () => {}, onProgress: () => {}, signal: ports.signal },
    ports,
  );
  return verdict.outcome === 'pass';
}
