import type { HttpRequest } from '../../domain/checks/types.ts';
import { ProbeFailure } from '../../ports/probes.ts';
import type { HttpAnswer } from '../../ports/probes.ts';

const redirects = new Set([301, 302, 303, 307, 308]);
/** Never told to another server than the one they were meant for. */
const personal = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** The request that an answer leads to; undefined when it leads nowhere. Throws ProbeFailure where it may not be followed. */
export function nextRequest(asked: HttpRequest, { status, headers }: HttpAnswer): HttpRequest | undefined {
  const location = headers['location'];
  if (!redirects.has(status) || location === undefined || !URL.canParse(location, asked.url))
    return undefined;
  const [from, to] = [new URL(asked.url), new URL(location, asked.url)];
  if (!['http:', 'https:'].includes(to.protocol))
    throw new ProbeFailure('request', 'EUNSUPPORTED', `to ${to.protocol}`);
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw new ProbeFailure('request', 'EDOWNGRADE', `to ${to.origin}`);
  // RFC 9110: 303 always, and by custom 301 and 302, turn a POST into a GET.
  const becomesGet = status === 303 || (status !== 307 && status !== 308 && asked.method === 'POST');
  const { body, resolve, ...rest } = asked;
  const sameOrigin = from.origin === to.origin;
  return {
    ...rest,
    url: to.href,
    method: becomesGet && asked.method !== 'HEAD' ? 'GET' : asked.method,
    headers: sameOrigin
      ? asked.headers
      : Object.fromEntries(Object.entries(asked.headers).filter(([name]) => !personal.has(name))),
    ...(becomesGet || body === undefined ? {} : { body }),
    ...(sameOrigin && resolve !== undefined ? { resolve } : {}),
  };
}
