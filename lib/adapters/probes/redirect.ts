import { isSecretHeader } from '../../domain/checks/needs.ts';
import type { HttpRequest } from '../../domain/checks/types.ts';
import { ProbeFailure } from '../../ports/probes.ts';
import type { HttpAnswer } from '../../ports/probes.ts';

const redirects = new Set([301, 302, 303, 307, 308]);

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
  const next = { ...asked, url: to.href };
  const kept = from.origin === to.origin ? next : toStranger(next);
  return becomesGet && asked.method !== 'HEAD' ? asGet(kept) : kept;
}

/** Another server is told nothing that was meant for the first: no secrets, no client certificate, not its name or address. */
function toStranger(asked: HttpRequest): HttpRequest {
  const { resolve: _resolve, ...request } = asked;
  const { cert: _cert, key: _key, ...tls } = asked.tls;
  return {
    ...request,
    tls,
    headers: without(request.headers, (name) => name === 'host' || isSecretHeader(name)),
  };
}

function asGet(asked: HttpRequest): HttpRequest {
  const { body: _body, ...request } = asked;
  const headers = without(asked.headers, (name) => name.startsWith('content-'));
  return { ...request, method: 'GET', headers };
}

const without = (
  headers: HttpRequest['headers'],
  dropped: (name: string) => boolean,
): HttpRequest['headers'] => Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped(name)));
