import type { Values } from './specification.ts';
import type { Repository, World } from './world.ts';

/** A request that fits the published description, of a repository that exists. */
export interface Call {
  /** Where the API is, for the links in answers. */
  base: string;
  url: URL;
  world: World;
  repository: Repository;
  path: Values;
  query: Values;
  body: unknown;
}

export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

export type Handler = (call: Call) => Answer;

export const ok = (body: unknown): Answer => ({ status: 200, body });

export const refuse = (status: number, message: string): Answer => ({
  status,
  // The published description of a 422 has no `status`, though GitHub sends it.
  body: {
    message,
    documentation_url: 'https://docs.github.com/rest',
    ...(status !== 422 && { status: String(status) }),
  },
});

export const notFound = (): Answer => refuse(404, 'Not Found');

/** GitHub's 422, with what is wrong with which field. */
export const invalid = (resource: string, field: string, message: string): Answer => ({
  status: 422,
  body: {
    message: 'Validation Failed',
    documentation_url: 'https://docs.github.com/rest',
    errors: [{ resource, code: 'custom', field, message }],
  },
});

/** One page of a list and the `link` header that leads to the others. */
export function page<T>(
  { url, query }: Call,
  all: T[],
  most = 100,
): { items: T[]; headers: Record<string, string> } {
  const size = Math.min(Math.max(Number(query['per_page'] ?? 30), 1), most);
  const at = Math.max(Number(query['page'] ?? 1), 1);
  const last = Math.max(Math.ceil(all.length / size), 1);
  const link = (rel: string, to: number): string => {
    const target = new URL(url);
    target.searchParams.set('page', String(to));
    return `<${target.href}>; rel="${rel}"`;
  };
  const links = [
    ...(at > 1 ? [link('prev', Math.min(at - 1, last)), link('first', 1)] : []),
    ...(at < last ? [link('next', at + 1), link('last', last)] : []),
  ];
  return {
    items: all.slice((at - 1) * size, at * size),
    headers: links.length > 0 ? { link: links.join(', ') } : {},
  };
}
