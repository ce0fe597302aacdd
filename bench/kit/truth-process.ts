/**
 * The truth clock: a process of its own that watches Deployments and says when the news of each change arrived.
 * It shares no code with what is measured, and no event loop. Ends when its parent does.
 */
import { Agent, request } from 'node:https';
import { sightingOf } from './availability.ts';
import type { Deployment } from './availability.ts';

export interface TruthOrder {
  readonly apiUrl: string;
  readonly ca: string;
  readonly token: string;
  readonly namespaces: readonly string[];
}

// Ctrl-C reaches the whole group: the parent tidies up, and then disconnects.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));
process.once('message', (order: TruthOrder) => {
  const agent = new Agent({ ca: order.ca, keepAlive: true });
  Promise.all(order.namespaces.map((namespace) => watch(namespace, order, agent))).then(
    () => process.send?.('watching'),
    fail,
  );
});

/** Resolves when the API has begun to answer. A watch that ends is opened again: the API ends each now and then. */
function watch(namespace: string, { apiUrl, token, ...order }: TruthOrder, agent: Agent): Promise<void> {
  const url = new URL(`/apis/apps/v1/namespaces/${namespace}/deployments?watch=true`, apiUrl);
  const headers = { authorization: `Bearer ${token}`, 'user-agent': 'slipway-bench-truth' };
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent, headers }, (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`the API answered the truth clock with ${response.statusCode}`));
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
      response.on('end', () => void watch(namespace, { apiUrl, token, ...order }, agent).catch(fail));
      response.on('error', fail);
    });
    asked.on('error', reject);
    asked.end();
  });
}

function tell(line: string, at: number): void {
  const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: Deployment };
  if (type === 'ADDED' || type === 'MODIFIED') process.send?.(sightingOf(object, at));
}

function fail(error: unknown): void {
  console.error('truth clock:', error);
  process.exit(1);
}
