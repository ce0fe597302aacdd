import { maskSecretsOf } from '../../../lib/domain/manifest/conceal.ts';
import { parseManifest } from '../../../lib/domain/manifest/parse.ts';
import type { ManifestObject } from '../../../lib/domain/manifest/parse.ts';
import type { Verdict } from '../../../lib/domain/verdict/types.ts';
import { captureEvidence } from '../../../lib/steps/evidence.ts';
import type { Captured } from '../../../lib/steps/evidence.ts';
import type { Applied } from './apply.ts';
import type { Plan } from '../plan/plan.ts';
import type { Ports } from '../ports.ts';

/** Gathers what shows why the release does not hold, or could not be judged; there is none of one that holds. */
export async function gatherEvidence(
  plan: Plan,
  { observations }: Pick<Applied, 'observations'>,
  verdict: Verdict,
  ports: Ports,
): Promise<Captured | undefined> {
  if (verdict.outcome === 'pass') return undefined;
  const { name, namespace } = plan.intent.release;
  const release = `${name} ${plan.chart.version} in ${namespace}`;
  const before = lastObjects(plan);
  const hide = secretsHidden(plan);
  return captureEvidence({ release, verdict, observations, before, after: plan.objects, hide }, ports);
}

/** Takes out of a text what the Secrets of this release, the last one, and the hooks of both hold: its pods may say it. */
export function secretsHidden(plan: Plan): (text: string) => string {
  const ofHooks = [...plan.rendered.hooks.map(({ manifest }) => manifest), ...(plan.previous?.hooks ?? [])];
  const hooks = ofHooks.flatMap((manifest) => objectsIn(manifest, plan));
  const all = [...plan.objects, ...hooks, ...(lastObjects(plan) ?? [])];
  return maskSecretsOf(all.map(({ object }) => object));
}

const lastObjects = (plan: Plan): ManifestObject[] | undefined =>
  plan.previous === undefined ? undefined : objectsIn(plan.previous.manifest, plan);

const objectsIn = (manifest: string, { intent }: Plan): ManifestObject[] =>
  parseManifest(manifest, () => intent.release.namespace);
