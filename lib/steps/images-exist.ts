import { TargetError } from '../domain/errors.ts';
import { parseImageRef } from '../domain/image-ref.ts';
import type { ManifestObject } from '../domain/manifest/parse.ts';
import type { Kube } from '../ports/kube.ts';
import type { Registry } from '../ports/registry.ts';
import { pullSecrets } from './pull-secrets.ts';

export interface ImageAnswers {
  /** References that their registry, which accepted the credentials, does not have. */
  readonly absent: readonly string[];
  /** What could not be looked up, a line each to show. */
  readonly unknown: readonly string[];
}

interface AskPorts {
  readonly kube: Kube;
  readonly registry: Registry;
}

/** Asks the registries whether images are there, with the pull secrets of the objects that run them. */
export async function askForImages(
  { kube, registry }: AskPorts,
  namespace: string,
  objects: readonly ManifestObject[],
  images: Readonly<Record<string, string>>,
): Promise<ImageAnswers> {
  const references = [...new Set(Object.values(images))];
  if (references.length === 0) return { absent: [], unknown: [] };
  const auth = await pullSecrets(kube, namespace, objects);
  const answers = await Promise.all(
    references.map(async (reference) => {
      const ref = parseImageRef(reference);
      return {
        reference,
        answer: ref === undefined ? { unknown: 'not a valid reference' } : await registry.exists(ref, auth),
      };
    }),
  );
  return {
    absent: answers.filter(({ answer }) => answer === 'absent').map(({ reference }) => reference),
    unknown: answers.flatMap(({ reference, answer }) =>
      typeof answer === 'object'
        ? [`${reference} could not be looked up (${answer.unknown}); the nodes may still be able to pull it`]
        : [],
    ),
  };
}

/**
 * Refuses images that are not in their registry. Only a 404 under accepted credentials refuses; anything else is
 * unknown and comes back as a line to show. Throws TargetError naming every absent image.
 */
export async function checkImagesExist(
  ports: AskPorts,
  namespace: string,
  objects: readonly ManifestObject[],
  images: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const { absent, unknown } = await askForImages(ports, namespace, objects, images);
  if (absent.length === 0) return unknown;
  throw new TargetError(
    `${absent.length === 1 ? 'an image is' : `${absent.length} images are`} not in the registry`,
    {
      subject: 'images of the chart',
      remedy: 'push the image first, or mend the reference (images:, values)',
      details: absent.map((reference) => ['absent', reference] as const),
    },
  );
}
