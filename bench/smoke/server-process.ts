/**
 * The service that is asked: a process of its own, so that its work counts for nobody and its clock waits for
 * nobody. Ends when its parent does.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { Health } from './health.ts';

/** A new round, or what there was to see in the one that is over. */
export type Order = { readonly begin: { readonly unhealthyFor: Milliseconds } } | 'seen';

/** Of one round. Times are milliseconds since the epoch. */
export interface Seen {
  readonly requests: number;
  readonly connections: number;
  readonly healthyAt?: number | undefined;
  readonly answeredAt?: number | undefined;
}

let health = new Health(0);
let requests = 0;
let connections = 0;

const server = createServer((asked, answer) => {
  const healthy = health.asked(Date.now());
  requests++;
  answer.writeHead(healthy ? 200 : 503, { 'content-type': 'application/json' });
  answer.end(JSON.stringify({ status: healthy ? 'ok' : 'starting', version: '1.4.2', path: asked.url }));
});
server.on('connection', () => connections++);

// Ctrl-C reaches the whole group: the parent tidies up, and then disconnects.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));
process.on('message', (order: Order) => process.send?.(order === 'seen' ? seen() : begun(order)));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));

function begun({ begin }: Exclude<Order, string>): string {
  health = new Health(begin.unhealthyFor);
  requests = 0;
  connections = 0;
  return 'begun';
}

function seen(): Seen {
  const { healthyAt, answeredAt } = health;
  return { requests, connections, healthyAt, answeredAt };
}
