/** Pods that no node takes, and claims that nobody serves. */
import type { Stage, VerdictCase } from '../case.ts';
import { labelNode, loseVolume, volumeFor } from '../api-types.ts';
import { claim, deployment, mounting } from '../objects.ts';
import { condition, unschedulable } from '../proofs.ts';

const label = ({ namespace }: Stage): string => `bench.slipway/${namespace}`;

const selecting = (stage: Stage) => [deployment(stage, { pod: { nodeSelector: { [label(stage)]: 'yes' } } })];
const asking = (cpu: string) => (stage: Stage) => [
  deployment(stage, { container: { resources: { requests: { cpu } } } }),
];
const withClaim = (stage: Stage) => [claim('data'), deployment(stage, mounting('data'))];

/** Made by somebody else before. */
async function boundClaim(stage: Stage): Promise<void> {
  const { namespace } = stage.place;
  await volumeFor(stage, 'data');
  await namespace.create('v1 PersistentVolumeClaim', 'data', claim('data', stage.namespace));
  await namespace.until('v1 PersistentVolumeClaim', 'data', isAt('Bound'));
}

async function lostClaim(stage: Stage): Promise<void> {
  await boundClaim(stage);
  await loseVolume(stage);
  await stage.place.namespace.until('v1 PersistentVolumeClaim', 'data', isAt('Lost'));
}

const isAt =
  (phase: string) =>
  ({ status }: { status?: unknown }): boolean =>
    (status as { phase?: string } | undefined)?.phase === phase;

export const placing: readonly VerdictCase[] = [
  {
    id: 'no-node-selected',
    how: 'a nodeSelector that no node has',
    fault: {
      rule: 'Unschedulable',
      says: /affinity\/selector/,
      grace: 120_000,
      proof: unschedulable,
      base: (stage) => [deployment(stage)],
      objects: selecting,
    },
    twin: {
      how: 'the node is labelled after 20 s',
      base: (stage) => [deployment(stage)],
      objects: selecting,
      recovery: { after: 20_000, mend: (stage) => labelNode(stage, label(stage)) },
    },
  },
  {
    id: 'cpu-too-large',
    how: 'requests 1000 CPUs',
    fault: {
      rule: 'Unschedulable',
      says: /Insufficient cpu/,
      grace: 120_000,
      proof: unschedulable,
      base: (stage) => [deployment(stage)],
      objects: asking('1000'),
    },
    twin: { how: 'requests 10m', base: (stage) => [deployment(stage)], objects: asking('10m') },
  },
  {
    id: 'claim-unbound',
    how: 'a claim without class or volume',
    fault: {
      rule: 'Unschedulable',
      says: /unbound immediate PersistentVolumeClaims/,
      grace: 120_000,
      proof: unschedulable,
      objects: withClaim,
    },
    twin: {
      how: 'its volume is made after 20 s',
      objects: withClaim,
      recovery: { after: 20_000, mend: (stage) => volumeFor(stage, 'data') },
    },
  },
  {
    id: 'claim-lost',
    how: 'the volume of its claim was deleted',
    fault: {
      rule: 'ClaimLost',
      says: /its claim data does not exist any more/,
      grace: 'terminal',
      proof: condition('Pod', 'PodScheduled', 'False', /non-existent persistentvolume/),
      before: lostClaim,
      objects: (stage) => [deployment(stage, mounting('data'))],
    },
    twin: {
      how: 'it is there',
      before: boundClaim,
      objects: (stage) => [deployment(stage, mounting('data'))],
    },
  },
];
