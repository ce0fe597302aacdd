import { TargetError } from '../domain/errors.ts';
import { parseImageRef } from '../domain/image-ref.ts';
import type { ManifestObject } from '../domain/manifest/parse.ts';
import type { Kube } from '../ports/kube.ts';
import type { Registry } from '../ports/registry.ts';
import { pullSecrets } from './pull-secrets.ts';

/**
 * Asks the registries whether the images are there. Only a 404 under accepted credentials refuses; anything else
 * is unknown and comes back as a line to show. Throws TargetError naming every absent image.
 */
export async function checkImagesExist(
  { kube, registry }: { kube: Kube; registry: Registry },
  namespace: string,
  objects: readonly ManifestObject[],
  images: Readonly<Record<string, string>>,
): Promise<string[]> {
  const references = [...new Set(Object.values(images))];
  if (references.length === 0) return [];
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
  const absent = answers.filter(({ answer }) => answer === 'absent');
  if (absent.length > 0) {
    throw new TargetError(
      `${absent.length === 1 ? 'an image is' : `${absent.length} images are`} not in the registry`,
      {
        subject: 'images of the chart',
        remedy: 'push the image first, or mend the reference (images:, values)',
        details: absent.map(({ reference }) => ['absent', reference] as const),
      },
    );
  }
  return answers.flatMap(({ reference, answer }) =>
    typeof answer === 'object'
      ? [`${reference} could not be looked up (${answer.unknown}); the nodes may still be able to pull it`]
      : [],
  );
}
