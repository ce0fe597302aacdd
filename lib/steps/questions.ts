import { parseImageRef } from '../domain/image-ref.ts';
import { renderedImages } from '../domain/images/rendered.ts';
import type { ManifestObject } from '../domain/manifest/parse.ts';
import { knownType } from '../domain/resource-types.ts';
import type { ImageAnswer, ObjectAnswer, Probe } from '../domain/verdict/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Kube } from '../ports/kube.ts';
import type { Questions } from '../ports/questions.ts';
import type { Registry } from '../ports/registry.ts';
import { promisedSecrets } from './promised.ts';
import { pullSecrets } from './pull-secrets.ts';

export interface AskedPorts {
  readonly kube: Kube;
  readonly registry: Registry;
  readonly clock: Clock;
}

/** Answers what a verdict on these objects asks: of the registries as the nodes would, of the cluster, and of themselves. */
export function questionsAbout(objects: readonly ManifestObject[], ports: AskedPorts): Questions {
  const promised = promisedSecrets(ports);
  return {
    async answer(probe) {
      try {
        return probe.kind === 'manifest'
          ? await askRegistry(probe, objects, ports)
          : await askCluster(probe.subject, objects, promised, ports);
      } catch {
        return 'unknown';
      }
    },
  };
}

/** With the pull secrets of the pods that run the image; where it was changed on its way, of all pods there. */
async function askRegistry(
  { subject, namespace }: Extract<Probe, { kind: 'manifest' }>,
  objects: readonly ManifestObject[],
  { kube, registry }: AskedPorts,
): Promise<ImageAnswer> {
  const ref = parseImageRef(subject);
  if (ref === undefined) return 'unknown';
  const near = objects.filter(({ id }) => id.namespace === namespace);
  const running = near.filter((each) => Object.values(renderedImages([each])).includes(subject));
  const auth = await pullSecrets(kube, namespace, running.length > 0 ? running : near);
  const answer = await registry.exists(ref, auth);
  if (typeof answer === 'object') return answer.denied === true ? 'denied' : 'unknown';
  return answer === 'found' ? 'present' : answer;
}

/** `Secret shop/db`: whether it is there, and if not, whether somebody says that it will be. */
async function askCluster(
  subject: string,
  objects: readonly ManifestObject[],
  promised: (namespace: string) => Promise<ReadonlySet<string>>,
  { kube }: AskedPorts,
): Promise<ObjectAnswer> {
  const [, kind = '', namespace = '', name = ''] = /^(\w+) ([^/]+)\/(.+)$/.exec(subject) ?? [];
  if ((await kube.get(knownType('v1', kind), namespace, name)) !== undefined) return 'present';
  const own = objects.some(({ id }) => id.kind === kind && id.namespace === namespace && id.name === name);
  if (own) return 'promised';
  return kind === 'Secret' && (await promised(namespace)).has(name) ? 'promised' : 'absent';
}
