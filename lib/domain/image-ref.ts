/** `registry/repository[:tag][@sha256:…]`; a digest is always the registry's manifest digest. */
export interface ImageRef {
  /** Host and port; Docker Hub is written out as `docker.io`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:` and 64 hex digits. */
  readonly digest?: string;
}

const digestForm = /^sha256:[0-9a-f]{64}$/;
const repositoryForm = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const tagForm = /^\w[\w.-]{0,127}$/;

export const isDigest = (text: string): boolean => digestForm.test(text);

/**
 * Reads a reference the way container runtimes do: a first part with a dot, a colon or `localhost` is the
 * registry, else Docker Hub, where a single name lives under `library/`. Returns undefined if it is not one.
 */
export function parseImageRef(text: string): ImageRef | undefined {
  const [name = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !isDigest(digest))) return undefined;
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const hasRegistry = first !== '' && (/[.:]/.test(first) || first === 'localhost');
  const path = hasRegistry ? name.slice(slash + 1) : name;
  const colon = path.lastIndexOf(':');
  const repository = colon === -1 ? path : path.slice(0, colon);
  const tag = colon === -1 ? undefined : path.slice(colon + 1);
  if (!repositoryForm.test(repository) || (tag !== undefined && !tagForm.test(tag))) return undefined;
  return {
    registry: hasRegistry ? first : 'docker.io',
    repository: !hasRegistry && !repository.includes('/') ? `library/${repository}` : repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

export function formatImageRef(ref: ImageRef): string {
  const tag = ref.tag === undefined ? '' : `:${ref.tag}`;
  const digest = ref.digest === undefined ? '' : `@${ref.digest}`;
  return `${ref.registry}/${ref.repository}${tag}${digest}`;
}
