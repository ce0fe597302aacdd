/** What the API server saw, from its audit log. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';

export interface AuditLine {
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent: string;
}

/** Reads what a user asks of the cluster from now on; call the result to get it. */
export async function auditFromNow(file: string, user: string): Promise<() => Promise<AuditLine[]>> {
  const { size: start } = await stat(file);
  return async () => {
    const lines: AuditLine[] = [];
    for await (const line of createInterface({ input: createReadStream(file, { start }) })) {
      if (!line.includes(user)) continue;
      const event = JSON.parse(line) as AuditLine & { readonly user: { readonly username: string } };
      if (event.user.username === user) lines.push(event);
    }
    return lines;
  };
}
