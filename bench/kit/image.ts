import type { ServiceImage } from '../../sandbox/service/image.ts';

/** The sample service's image in the parts that the sandbox's charts take. */
export function imageValues({ ref, tag, digest }: ServiceImage): Readonly<Record<string, string>> {
  const [registry = '', ...repository] = ref.slice(0, ref.lastIndexOf(':')).split('/');
  return { registry, repository: repository.join('/'), tag, digest };
}
