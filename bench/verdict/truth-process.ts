/**
 * The truth clock: a process of its own that watches what the kubelet and the controllers report, in the whole cluster,
 * and tells each state with the time at which its news arrived. It shares no code with what is measured, and no event
 * loop. Ends when its parent does.
 */
import { Agent, request } from 'node:https';
import type { Sighting, Told } from './sighting.ts';

export interface TruthOrder {
  readonly apiUrl: string;
  readonly ca: string;
  readonly token: string;
  /** `/api/v1/pods` */
  readonly paths: readonly string[];
}

/** Begin or cease to tell of a namespace. */
export interface Scope {
  readonly namespace: string;
  readonly follow: boolean;
}

const followed = new Set<string>();

// Ctrl-C reaches the whole group: the parent tidies up, and then disconnects.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));
process.on('message', (message: TruthOrder | Scope) => {
  if ('paths' in message) begin(message);
  else if (message.follow) followed.add(message.namespace);
  else followed.delete(message.namespace);
});

function begin(order: TruthOrder): void {
  const agent = new Agent({ ca: order.ca, keepAlive: true });
  Promise.all(order.paths.map((path) => watch(path, order, agent))).then(
    () => process.send?.('watching'),
    fail,
  );
}

/** Resolves when the API has begun to answer. A watch that ends is opened again: the API ends each now and then. */
function watch(path: string, order: TruthOrder, agent: Agent): Promise<void> {
  const url = new URL(`${path}?watch=true`, order.apiUrl);
  const headers = { authorization: `Bearer ${order.token}`, 'user-agent': 'slipway-bench-truth' };
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent, headers }, (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`the API answered the truth clock with ${response.statusCode} for ${path}`));
        return;
      }
      resolve();
      let rest = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        const at = Date.now();
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) tell(line, at);
      });
      response.on('end', () => void watch(path, order, agent).catch(fail));
      response.on('error', fail);
    });
    asked.on('error', reject);
    asked.end();
  });
}

function tell(line: string, at: number): void {
  const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: Told };
  if ((type !== 'ADDED' && type !== 'MODIFIED') || !followed.has(object.metadata.namespace)) return;
  const { managedFields: _, ...metadata } = object.metadata as Told['metadata'] & { managedFields?: unknown };
  process.send?.({ at, object: { ...object, metadata } } satisfies Sighting);
}

function fail(error: unknown): void {
  console.error('truth clock:', error);
  process.exit(1);
}
