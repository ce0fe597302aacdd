import { judgePods } from '../../domain/checks/judge-pods.ts';
import type { PodsVerdict } from '../../domain/checks/judge-pods.ts';
import type { CheckOf } from '../../domain/checks/types.ts';
import { parseImageRef } from '../../domain/image-ref.ts';
import type { KubeObject } from '../../domain/kubernetes.ts';
import type { Resolution } from '../../domain/registry.ts';
import { knownType } from '../../domain/resource-types.ts';
import type { Registry } from '../../ports/registry.ts';
import { pullSecrets } from '../pull-secrets.ts';
import type { Attempt } from './attempt.ts';
import type { CheckPorts } from './ports.ts';

const pod = knownType('v1', 'Pod');

type PodPorts = Pick<CheckPorts, 'kube' | 'registry'>;

/** The registry is asked only where a runtime reports another digest than the one asked for. */
export async function lookAtPods(check: CheckOf<'pods'>, ports: PodPorts): Promise<Attempt> {
  const pods = await podsOf(check, ports);
  const first = judgePods(check, pods, {});
  if (first.kind !== 'ask') return attemptOf(first);
  return attemptOf(judgePods(check, pods, await resolved(first.references, check.namespace, pods, ports)));
}

/** The pods that a selector finds. */
export async function podsOf(
  { namespace, selector }: { readonly namespace: string; readonly selector: string },
  { kube }: PodPorts,
): Promise<readonly KubeObject[]> {
  if (kube === undefined) throw new Error('no cluster is named');
  return kube.list({ resource: pod, namespace, labelSelector: selector });
}

function attemptOf(verdict: PodsVerdict): Attempt {
  if (verdict.kind === 'as expected') return {};
  if (verdict.kind === 'ask') throw new Error(`still to be resolved: ${verdict.references.join(', ')}`);
  return { miss: verdict.miss, ...(verdict.kind === 'unknown' ? { unknown: true } : {}) };
}

async function resolved(
  references: readonly string[],
  namespace: string,
  pods: readonly KubeObject[],
  { kube, registry }: PodPorts,
): Promise<Record<string, Resolution>> {
  const auth =
    kube === undefined
      ? {}
      : await pullSecrets(
          kube,
          namespace,
          pods.map((object) => ({ object })),
        );
  const ask = async (reference: string): Promise<Resolution> => {
    const ref = parseImageRef(reference);
    if (registry === undefined) return { kind: 'unknown', reason: 'no registry was asked' };
    return ref === undefined ? { kind: 'unknown', reason: 'it names no image' } : registry.resolve(ref, auth);
  };
  const answers = await Promise.all(references.map(async (each) => [each, await ask(each)] as const));
  return Object.fromEntries(answers);
}

/** What a digest is does not change, and some registries count each question: an answer is kept for the run. */
export function remembering(registry: Registry): Registry {
  const found = new Map<string, Resolution>();
  return {
    exists: (ref, auth) => registry.exists(ref, auth),
    async resolve(ref, auth) {
      const key = `${ref.registry}/${ref.repository}@${ref.digest}`;
      const resolution = found.get(key) ?? (await registry.resolve(ref, auth));
      if (resolution.kind === 'found') found.set(key, resolution);
      return resolution;
    },
  };
}
