import { refuse } from './call.ts';
import type { Answer } from './call.ts';
import type { Fault, FaultQueue } from './faults.ts';
import type { Journal, Recorded } from './journal.ts';
import { operations, organizationOperations } from './operations.ts';
import type { Operation, Specification, Understood } from './specification.ts';
import type { World } from './world.ts';

export interface Incoming {
  method: string;
  url: URL;
  body: string;
  authorization: string | undefined;
  userAgent: string | undefined;
}

/** What goes back: an answer, perhaps late, or nothing but a cut connection. */
export type Outcome = { kind: 'answer'; answer: Answer; afterMilliseconds: number } | { kind: 'disconnect' };

export interface Parts {
  specification: Specification;
  world: World;
  faults: FaultQueue;
  journal: Journal;
}

/** GitHub Enterprise Server puts the API here; `GITHUB_API_URL` may carry it or not. */
const enterprisePrefix = /^\/api\/v3(?=\/)/;

/** One request from its bytes to its answer: understood, judged, met by a fault or carried out, judged again. */
export function exchange(incoming: Incoming, parts: Parts): Outcome {
  const { method, url, body } = incoming;
  const path = url.pathname.replace(enterprisePrefix, '');
  const understood = parts.specification.understand({ method, path, query: url.searchParams, body });
  const outcome = judge(incoming, path, understood, parts);
  parts.journal.recorded.push({
    at: parts.world.now(),
    method,
    path,
    query: Object.fromEntries(url.searchParams),
    ...(understood.kind !== 'unknown' && { operation: understood.operation.id }),
    ...(body !== '' && { body: readable(body) }),
    userAgent: incoming.userAgent ?? '',
    status: outcome.kind === 'answer' ? outcome.answer.status : 0,
  } satisfies Recorded);
  return outcome;
}

function judge(incoming: Incoming, path: string, understood: Understood, parts: Parts): Outcome {
  const { method } = incoming;
  const violated = (status: number, faults: string[]): Outcome => {
    parts.journal.violations.push({ where: 'request', method, path, faults });
    return now(
      refuse(status, `stand-in: ${method} ${path} is not what GitHub publishes: ${faults.join('; ')}`),
    );
  };
  if (!incoming.userAgent) return violated(403, ['header user-agent is missing']);
  if (!/^(token|bearer) \S+$/i.test(incoming.authorization ?? ''))
    return now(refuse(401, 'Requires authentication'));
  if (understood.kind === 'unknown')
    return violated(404, ['no such operation in sandbox/github/openapi.json']);
  if (understood.kind === 'violation') return violated(400, understood.faults);

  const fault = parts.faults.take(understood.operation.id);
  const carryOut = (): Answer => perform(incoming, path, understood, parts);
  return fault ? meet(fault, carryOut) : now(carryOut());
}

const now = (answer: Answer): Outcome => ({ kind: 'answer', answer, afterMilliseconds: 0 });

function meet(fault: Fault, carryOut: () => Answer): Outcome {
  if (fault.kind === 'disconnect') {
    if (fault.when === 'after') carryOut();
    return { kind: 'disconnect' };
  }
  if (fault.kind === 'slow')
    return { kind: 'answer', answer: carryOut(), afterMilliseconds: fault.milliseconds };
  if (fault.kind === 'rate-limited') return now(rateLimited(fault.limit, fault.retryAfterSeconds ?? 60));
  return now(refuse(fault.status, fault.message ?? usualMessage[fault.status] ?? 'Server Error'));
}

const usualMessage: Record<number, string> = {
  401: 'Bad credentials',
  403: 'Resource not accessible by integration',
  404: 'Not Found',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

function rateLimited(limit: 'primary' | 'secondary', seconds: number): Answer {
  if (limit === 'secondary') {
    const answer = refuse(
      429,
      'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    );
    return { ...answer, headers: { 'retry-after': String(seconds) } };
  }
  const reset = Math.floor(Date.now() / 1000) + seconds;
  return {
    ...refuse(403, 'API rate limit exceeded for installation ID 1.'),
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) },
  };
}

function perform(
  { method, url }: Incoming,
  path: string,
  { operation, path: inPath, query, body }: Understood & { kind: 'request' },
  { specification, world, journal }: Parts,
): Answer {
  const repository = world.repository(`${inPath['owner']}/${inPath['repo']}`);
  const base = `${url.origin}${url.pathname.slice(0, url.pathname.length - path.length)}`;
  const ofOrganization = organizationOperations[operation.id];
  const call = { base, url, world, path: inPath, query, body };
  const answer =
    ofOrganization?.(call) ??
    (repository ? handlerOf(operation)({ ...call, repository }) : refuse(404, 'Not Found'));

  const faults = specification.faultsOfAnswer(operation, answer.status, answer.body);
  if (faults.length === 0) return answer;
  journal.violations.push({ where: 'response', method, path, faults });
  return refuse(
    500,
    `stand-in: its own answer to ${method} ${path} breaks the description: ${faults.join('; ')}`,
  );
}

function handlerOf({ id }: Operation): (typeof operations)[string] {
  const handler = operations[id];
  if (!handler) throw new Error(`sandbox/github/operations.ts has no handler for ${id}`);
  return handler;
}

function readable(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
