/** Who asked the API for what, from the API server's own audit log. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';

export interface ApiRequest {
  readonly user: string;
  /** The first word of the user agent: `Helm/4.3.1`, `slipway`. */
  readonly client: string;
  readonly verb: string;
  /** `deployments`, `selfsubjectaccessreviews`; the path where there is none. */
  readonly resource: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

interface AuditEvent {
  readonly auditID: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
  readonly requestReceivedTimestamp: string;
}

/** Where the log ends now; what comes later is read by `requestsSince`. */
export const endOf = async (log: string): Promise<number> => (log === '' ? 0 : (await stat(log)).size);

/** Requests of these users, each counted once: a watch has a line when it begins and one when it ends. */
export async function requestsSince(
  log: string,
  start: number,
  users: ReadonlySet<string>,
): Promise<ApiRequest[]> {
  if ((await endOf(log)) < start)
    throw new Error(`${log} was rotated during the run: start with a fresh one`);
  const seen = new Map<string, ApiRequest>();
  for await (const line of createInterface({ input: createReadStream(log, { start }) })) {
    if (!line.includes('system:serviceaccount:')) continue;
    const event = JSON.parse(line) as AuditEvent;
    if (!users.has(event.user.username) || seen.has(event.auditID)) continue;
    seen.set(event.auditID, requestOf(event));
  }
  return [...seen.values()];
}

function requestOf({ verb, requestURI, userAgent = '', user, objectRef, ...event }: AuditEvent): ApiRequest {
  const resource = [objectRef?.resource, objectRef?.subresource].filter(Boolean).join('/');
  return {
    user: user.username,
    client: /^[^ ]+/.exec(userAgent)?.[0] ?? 'unknown',
    verb,
    resource: resource || (requestURI.split('?')[0] ?? ''),
    at: Date.parse(event.requestReceivedTimestamp),
  };
}

export type Counted<Round> = Round & {
  /** Of the round's identity, while it ran. */
  readonly requests: readonly ApiRequest[];
};

/** Measures a round, and what `user` asked of the API between its start and its end. */
export async function counted<Round extends { readonly startedAt: number; readonly endedAt: number }>(
  log: string,
  user: string,
  measure: () => Promise<Round>,
): Promise<Counted<Round>> {
  const start = await endOf(log);
  const round = await measure();
  const requests = await requestsSince(log, start, new Set([user]));
  return {
    ...round,
    requests: requests.filter(({ at }) => at >= round.startedAt && at <= round.endedAt),
  };
}

/** Requests as counts: `slipway get secrets: 3`. */
export function compactRequests<Round>({ requests, ...round }: Counted<Round>): object {
  const byWhat = Map.groupBy(requests, ({ client, verb, resource }) => `${client} ${verb} ${resource}`);
  return { ...round, requests: Object.fromEntries([...byWhat].map(([what, all]) => [what, all.length])) };
}
