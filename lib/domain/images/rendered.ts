import type { Fault } from '../errors.ts';
import { parseImageRef } from '../image-ref.ts';
import type { KubeObject } from '../kubernetes.ts';
import type { ManifestObject } from '../manifest/parse.ts';
import type { ImagePlacement } from './place.ts';
import { formatValuesPath, isMap, valueAt } from './values-path.ts';

/** Where a pod spec may stand in an object: pods, workloads and custom resources shaped like them, CronJobs. */
const podSpecPaths = [
  ['spec'],
  ['spec', 'template', 'spec'],
  ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  ['template', 'spec'],
] as const;

/** The pod specs that an object holds; empty for a kind that runs nothing. */
export const podSpecsOf = (object: KubeObject): Readonly<Record<string, unknown>>[] =>
  podSpecPaths
    .map((path) => valueAt(object, path))
    .filter((spec) => isMap(spec) && Array.isArray(spec['containers'])) as Readonly<
    Record<string, unknown>
  >[];

/** Container → image reference of every container and init container: `Deployment/web/app` → `repo:tag@sha256:…`. */
export function renderedImages(objects: readonly Pick<ManifestObject, 'object'>[]): Record<string, string> {
  return Object.fromEntries(
    objects.flatMap(({ object }) =>
      podSpecsOf(object).flatMap((spec) =>
        ['initContainers', 'containers'].flatMap((field) =>
          containersIn(spec, field).map(
            ({ name, image }) => [`${object.kind}/${object.metadata.name}/${name}`, image] as const,
          ),
        ),
      ),
    ),
  );
}

function containersIn(spec: unknown, field: string): { name: string; image: string }[] {
  const list = isMap(spec) ? spec[field] : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((container: unknown) =>
    isMap(container) && typeof container['name'] === 'string' && typeof container['image'] === 'string'
      ? [{ name: container['name'], image: container['image'] }]
      : [],
  );
}

/**
 * The placements that no rendered container asks for, each with what was rendered instead. Registry, repository
 * and digest must be the same; the tag need not be rendered, for runtimes pull by digest where there is one.
 * `images` must hold the images of hooks too.
 */
export function missingImages(
  placements: readonly ImagePlacement[],
  images: Readonly<Record<string, string>>,
): Fault[] {
  const rendered = Object.entries(images).map(([container, image]) => ({
    container,
    image,
    ref: parseImageRef(image),
  }));
  return placements
    .filter(
      ({ ref }) =>
        !rendered.some(
          ({ ref: seen }) =>
            seen?.digest === ref.digest &&
            seen.registry === ref.registry &&
            seen.repository === ref.repository,
        ),
    )
    .map(({ path, ref, written }) => {
      const sameName = rendered.filter(({ ref: seen }) => seen?.repository === ref.repository);
      const shown = (sameName.length > 0 ? sameName : rendered)
        .slice(0, 10)
        .map(({ container, image }) => `${container} has ${image}`);
      return {
        input: 'images',
        value: `${formatValuesPath(path)}=${written}`,
        problem: `the chart took the value, but no container asks for it; ${shown.length === 0 ? 'no container was rendered' : shown.join(', ')}`,
      };
    });
}
