/** The first write of an identity that the API refused, by the API server's own audit log. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource?: string };
  readonly responseStatus?: { readonly code?: number };
  readonly stageTimestamp: string;
}

const writes = new Set(['create', 'update', 'patch']);
/** Ours and Helm's own notes: a conflict there is no refusal of the release. */
const notes = new Set(['leases', 'secrets']);

/** Milliseconds since the epoch; `start` is where the log ended before. */
export async function firstRefusal(log: string, start: number, user: string): Promise<number | undefined> {
  for await (const line of createInterface({ input: createReadStream(log, { start }) })) {
    if (!line.includes(user)) continue;
    const event = JSON.parse(line) as AuditEvent;
    const code = event.responseStatus?.code ?? 0;
    const isRefusal = code >= 400 && code < 500 && code !== 404;
    if (event.user.username !== user || !writes.has(event.verb) || !isRefusal) continue;
    if (!notes.has(event.objectRef?.resource ?? '')) return Date.parse(event.stageTimestamp);
  }
  return undefined;
}
