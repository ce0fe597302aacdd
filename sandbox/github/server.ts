import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { exchange } from './exchange.ts';
import type { Parts } from './exchange.ts';
import { faultQueue, readFaultOrder } from './faults.ts';
import type { FaultOrder } from './faults.ts';
import type { Recorded, Violation } from './journal.ts';
import { operations } from './operations.ts';
import type { Seed } from './seed.ts';
import { loadSpecification } from './specification.ts';
import { newWorld } from './world.ts';
import type { Repository } from './world.ts';

export interface GitHubOptions {
  /** A free one unless given. */
  port?: number;
  seed?: Seed;
  now?: () => Date;
}

export interface GitHub {
  /** For `GITHUB_API_URL`. */
  url: string;
  /** Every request so far, oldest first. */
  recorded: Recorded[];
  /** What did not fit GitHub's published description; a test ends with this empty. */
  violations: Violation[];
  fail(order: FaultOrder): void;
  /** Forgets the faults that were ordered and have not met a request yet. */
  heal(): void;
  plant(seed: Seed): void;
  /** As it is now, with all that requests have changed. */
  repository(name: string): Repository | undefined;
  close(): Promise<void>;
}

/** Starts the stand-in for GitHub's REST API on loopback. */
export async function startGitHub({
  port = 0,
  seed,
  now = () => new Date(),
}: GitHubOptions = {}): Promise<GitHub> {
  const world = newWorld(now);
  if (seed) world.plant(seed);
  const parts: Parts = {
    specification: loadSpecification(),
    world,
    faults: faultQueue(),
    journal: { recorded: [], violations: [] },
  };
  const server = createServer((request, response) => {
    handle(request, response, parts).catch((error: unknown) => {
      if (!response.headersSent) send(response, 500, { message: `stand-in: ${String(error)}` });
    });
  });
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...parts.journal,
    fail: (order) => parts.faults.order(order),
    heal: () => parts.faults.clear(),
    plant: (more) => world.plant(more),
    repository: (name) => world.repository(name),
    close: () => close(server),
  };
}

async function handle(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const { method = 'GET', headers } = request;
  const url = new URL(request.url ?? '/', `http://${headers.host ?? '127.0.0.1'}`);
  const body = await text(request);
  if (url.pathname.startsWith('/_')) return control(method, url.pathname, body, response, parts);

  const { authorization, 'user-agent': userAgent } = headers;
  const outcome = exchange({ method, url, body, authorization, userAgent }, parts);
  if (outcome.kind === 'disconnect') {
    request.socket.destroy();
    return;
  }
  if (outcome.afterMilliseconds > 0) await after(outcome.afterMilliseconds, undefined, { ref: false });
  send(response, outcome.answer.status, outcome.answer.body, {
    ...usualHeaders(parts.journal.recorded.length),
    ...outcome.answer.headers,
  });
}

/** What every answer of GitHub carries. */
const usualHeaders = (nth: number): Record<string, string> => ({
  'x-github-request-id': `SAND:${nth}`,
  'x-ratelimit-limit': '5000',
  'x-ratelimit-remaining': String(Math.max(5000 - nth, 1)),
  'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600),
});

/** The paths under `/_`, by which another process looks in and gives orders. */
function control(method: string, path: string, body: string, response: ServerResponse, parts: Parts): void {
  switch (`${method} ${path}`) {
    case 'GET /_recorded':
      return send(response, 200, parts.journal.recorded);
    case 'GET /_violations':
      return send(response, 200, parts.journal.violations);
    case 'POST /_faults': {
      const order = readFaultOrder(parsed(body), Object.keys(operations));
      if (typeof order === 'string') return send(response, 400, { message: order });
      parts.faults.order(order);
      return send(response, 204);
    }
    case 'DELETE /_faults':
      parts.faults.clear();
      return send(response, 204);
    case 'POST /_seed':
      parts.world.plant(parsed(body) as Seed);
      return send(response, 204);
    default:
      return send(response, 404, { message: `no ${method} ${path}: see sandbox/github/README.md` });
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function send(
  response: ServerResponse,
  status: number,
  body?: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
