/** Lists that come in pages: what refers to a manifest, and the tags of a repository. */
import type { Descriptor, RepositoryRef } from '../../domain/oci/types.ts';
import { isDigest } from '../../domain/image-ref.ts';
import { referrersUrl, tagsPerPage, tagsUrl } from './address.ts';
import type { Question, RegistryApi } from './api.ts';
import { getManifest } from './manifests.ts';
import type { Answer } from '../http/transport.ts';

/** Every tag; undefined when the repository does not exist. */
export async function listTags(
  api: RegistryApi,
  repository: RepositoryRef,
): Promise<readonly string[] | undefined> {
  const question: Question = {
    doing: 'list the tags',
    repository,
    to: 'pull',
    method: 'GET',
    url: tagsUrl(api.root(repository), repository),
    expects: [200, 404],
  };
  const tags: string[] = [];
  for await (const answer of pages(api, question, tagsAfter)) {
    if (answer.status === 404) return undefined;
    const page = documentOf(answer)?.['tags'];
    // An empty repository has `null` for a list.
    if (Array.isArray(page)) tags.push(...page.filter((tag): tag is string => typeof tag === 'string'));
  }
  return [...new Set(tags)];
}

/** The referrers API, else the tag that stands in for it (specification, "Referrers Tag Schema"). */
export async function listReferrers(
  api: RegistryApi,
  repository: RepositoryRef,
  digest: string,
): Promise<readonly Descriptor[]> {
  const question: Question = {
    doing: `list what refers to ${digest}`,
    repository,
    to: 'pull',
    method: 'GET',
    url: referrersUrl(api.root(repository), repository, digest),
    headers: { accept: 'application/vnd.oci.image.index.v1+json' },
    // 404 is how the specification says that there is no such API; ECR says 405, others what they say to nonsense.
    expects: [200, 400, 404, 405, 501],
  };
  const found: Descriptor[] = [];
  for await (const answer of pages(api, question)) {
    const page = answer.status === 200 ? documentOf(answer)?.['manifests'] : undefined;
    // A web page with status 200 is no list either.
    if (!Array.isArray(page)) return fallbackReferrers(api, repository, digest);
    found.push(...page.filter(isDescriptor));
  }
  return found;
}

async function fallbackReferrers(
  api: RegistryApi,
  repository: RepositoryRef,
  digest: string,
): Promise<readonly Descriptor[]> {
  const index = await getManifest(api, { ...repository, tag: digest.replace(':', '-') });
  const manifests = index && documentOf({ body: Buffer.from(index.bytes) })?.['manifests'];
  return Array.isArray(manifests) ? manifests.filter(isDescriptor) : [];
}

/** A full page without a Link: some registries cut the list and do not say that it goes on. */
function tagsAfter(url: URL, answer: Answer): URL | undefined {
  const page = documentOf(answer)?.['tags'];
  if (!Array.isArray(page) || page.length < tagsPerPage) return undefined;
  const next = new URL(url);
  next.searchParams.set('last', String(page.at(-1)));
  return next;
}

async function* pages(
  api: RegistryApi,
  first: Question,
  unlinked: (url: URL, answer: Answer) => URL | undefined = () => undefined,
): AsyncGenerator<Answer> {
  const seen = new Set<string>();
  for (let url: URL | undefined = first.url; url !== undefined && !seen.has(url.href);) {
    seen.add(url.href);
    const answer: Answer = await api.ask({ ...first, url });
    yield answer;
    url = nextPage(url, answer.headers.link) ?? unlinked(url, answer);
  }
}

/** The `rel="next"` of a Link header (RFC 8288), which may be relative. */
export function nextPage(url: URL, link: string | string[] | undefined): URL | undefined {
  const next = [link ?? []]
    .flat()
    .flatMap((text) => [...text.matchAll(/<([^>]*)>([^<]*)/g)])
    .find(([, , parameters = '']) => /;\s*rel\s*=\s*"?next"?/i.test(parameters))?.[1];
  return next === undefined || !URL.canParse(next, url.href) ? undefined : new URL(next, url);
}

function documentOf({ body }: Pick<Answer, 'body'>): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isDescriptor(value: unknown): value is Descriptor {
  const { mediaType, digest, size } = (value ?? {}) as Partial<Record<keyof Descriptor, unknown>>;
  return (
    typeof mediaType === 'string' &&
    typeof digest === 'string' &&
    isDigest(digest) &&
    typeof size === 'number'
  );
}
