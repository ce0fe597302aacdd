import http from 'node:http';
import net from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { TargetError, UnreachableError } from '../../../lib/domain/errors.ts';
import { builtInType } from '../../../lib/domain/resource-types.ts';
import type { ResourceType } from '../../../lib/domain/kubernetes.ts';
import type { AccessQuestion } from '../../../lib/domain/permissions.ts';
import { KubeRefused } from '../../../lib/adapters/kubernetes/refused.ts';
import { clientOf, connectionOf, jumpingClock, json, listening, startServer, status } from './api-server.ts';

const configMaps = builtInType({ apiVersion: 'v1', kind: 'ConfigMap' }) as ResourceType;
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };

const failureOf = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => {
      throw new Error('it should have failed');
    },
    (error: Error) => error,
  );

const token = (exp: number): string =>
  ['{}', JSON.stringify({ exp }), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.');

test('identity, user agent and JSON reach the server, over one connection', async () => {
  const seen: (string | undefined)[] = [];
  await using server = await startServer((request, response) => {
    seen.push(request.headers.authorization, request.headers['user-agent']);
    json(response, 200, object);
  });
  const kube = clientOf(connectionOf(server));
  expect(await kube.get(configMaps, 'shop', 'a')).toEqual(object);
  await kube.replace(configMaps, 'shop', object);
  await kube.patch(configMaps, 'shop', 'a', { data: {} });
  await kube.delete(configMaps, 'shop', 'a', { uid: 'u' });
  expect(server.requests).toEqual([
    'GET /api/v1/namespaces/shop/configmaps/a',
    'PUT /api/v1/namespaces/shop/configmaps/a',
    'PATCH /api/v1/namespaces/shop/configmaps/a',
    'DELETE /api/v1/namespaces/shop/configmaps/a',
  ]);
  expect(seen.slice(0, 2)).toEqual(['Bearer secret-token', 'slipway/test']);
  expect(server.connections()).toBe(1);
  kube.close();
});

test.each([
  ['a read survives 503', 'GET', [503, 503, 200], 3],
  ['a read survives 429', 'GET', [429, 200], 2],
  ['a write survives 429, which refuses it unread', 'POST', [429, 200], 2],
  ['a write is never sent twice after 500', 'POST', [500, 200], 1],
  ['a refusal is final', 'GET', [403, 200], 1],
] as const)('%s', async (_, method, statuses, sent) => {
  await using server = await startServer((_, response) => {
    const code = statuses[server.requests.length - 1] ?? 0;
    json(response, code, code === 200 ? object : status(code, 'Reason'));
  });
  const kube = clientOf(connectionOf(server));
  const asked =
    method === 'GET' ? kube.get(configMaps, 'shop', 'a') : kube.create(configMaps, 'shop', object);
  const answered = await asked.then(
    () => 200,
    (error: KubeRefused) => error.refusal.status,
  );
  expect(answered).toBe(statuses[sent - 1]);
  expect(server.requests).toHaveLength(sent);
  kube.close();
});

test('Retry-After is waited for, trying ends, and then nobody knows', async () => {
  await using server = await startServer((_, response) =>
    json(response, 429, status(429, 'TooManyRequests'), { 'retry-after': '4' }),
  );
  const clock = jumpingClock();
  const kube = clientOf(connectionOf(server), { clock });
  const error = await failureOf(kube.get(configMaps, 'shop', 'a'));
  expect(error).toBeInstanceOf(UnreachableError);
  expect(error).toMatchObject({ cause: { refusal: { status: 429 } } });
  expect(clock.slept).toEqual([4_000, 4_000, 4_000]);
  kube.close();
});

test('a read survives a connection that is cut, a write says that it may have arrived', async () => {
  await using server = await startServer((_, response) => {
    if (server.requests.length === 1) response.socket?.destroy();
    else json(response, 200, object);
  });
  const kube = clientOf(connectionOf(server));
  await kube.get(configMaps, 'shop', 'a');
  expect(server.requests).toHaveLength(2);
  kube.close();

  await using cutting = await startServer((_, response) => response.socket?.destroy());
  const error = await failureOf(clientOf(connectionOf(cutting)).create(configMaps, 'shop', object));
  expect(error).toBeInstanceOf(UnreachableError);
  expect(cutting.requests).toHaveLength(1);
});

test('what is not there is undefined, and deleting it again is fine', async () => {
  await using server = await startServer((_, response) => json(response, 404, status(404, 'NotFound')));
  const kube = clientOf(connectionOf(server));
  expect(await kube.get(configMaps, 'shop', 'a')).toBeUndefined();
  expect(await kube.resourceTypes('example.com/v1')).toBeUndefined();
  await kube.delete(configMaps, 'shop', 'a');
  kube.close();
});

test('a refusal keeps the words of the API and names a remedy', async () => {
  await using server = await startServer((_, response) =>
    json(response, 403, status(403, 'Forbidden', 'User "ci" cannot get configmaps')),
  );
  const error = await failureOf(clientOf(connectionOf(server)).get(configMaps, 'shop', 'a'));
  expect(error).toBeInstanceOf(KubeRefused);
  expect(error).toBeInstanceOf(TargetError);
  expect(error.message).toContain('User "ci" cannot get configmaps');
  expect((error as KubeRefused).remedy).toContain('minimal Role');
});

test('an expired token is named with its date', async () => {
  await using server = await startServer((_, response) => json(response, 401, status(401, 'Unauthorized')));
  const credentials = { current: async () => ({ token: token(1_700_000_000) }), refused: () => false };
  const error = await failureOf(clientOf(connectionOf(server, { credentials })).version());
  expect((error as KubeRefused).remedy).toContain('expired at 2023-11-14T22:13:20.000Z');
});

test('a refused token is fetched anew once, also for a stream', async () => {
  await using server = await startServer((request, response) => {
    if (request.headers.authorization === 'Bearer new') response.end('{"gitVersion":"v1.34.4"}\n');
    else json(response, 401, status(401, 'Unauthorized'));
  });
  for (const ask of ['version', 'log'] as const) {
    let current = 'old';
    const credentials = {
      current: async () => ({ token: current }),
      refused: () => ((current = 'new'), true),
    };
    const kube = clientOf(connectionOf(server, { credentials }));
    const lines: string[] = [];
    if (ask === 'version') expect(await kube.version()).toEqual({ gitVersion: 'v1.34.4' });
    else await kube.followLog('shop', 'p', 'c', (line) => lines.push(line), new AbortController().signal);
    if (ask === 'log') expect(lines).toEqual(['{"gitVersion":"v1.34.4"}']);
    kube.close();
  }
  expect(server.requests).toHaveLength(4);
});

describe('denied', () => {
  const rules = [
    { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'pods/log'] },
    { verbs: ['*'], apiGroups: ['apps'], resources: ['*'] },
    { verbs: ['patch'], apiGroups: [''], resources: ['*/scale'] },
    { verbs: ['delete'], apiGroups: [''], resources: ['secrets'], resourceNames: ['mine'] },
  ];
  const ask = (verb: string, resource: string, more: Partial<AccessQuestion> = {}): AccessQuestion => ({
    verb,
    group: '',
    resource,
    namespace: 'shop',
    ...more,
  });
  const questions = [
    ask('get', 'pods'),
    ask('watch', 'pods'),
    ask('get', 'pods', { subresource: 'log' }),
    ask('get', 'pods', { subresource: 'exec' }),
    ask('update', 'deployments', { group: 'apps' }),
    ask('update', 'deployments'),
    ask('patch', 'things', { subresource: 'scale' }),
    ask('delete', 'secrets'),
    ask('delete', 'secrets', { name: 'mine' }),
    ask('get', 'nodes', { namespace: '' }),
  ];
  const open = [1, 3, 5, 7, 9];

  /** Answers every single question with no, but for `watch`. */
  const reviewer = (incomplete: boolean | undefined) =>
    startServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { kind, spec } = JSON.parse(body) as {
          kind: string;
          spec: { resourceAttributes?: AccessQuestion };
        };
        if (kind === 'SelfSubjectAccessReview')
          json(response, 201, { status: { allowed: spec.resourceAttributes?.verb === 'watch' } });
        else if (incomplete === undefined) json(response, 403, { kind: 'Status', code: 403 });
        else json(response, 201, { status: { incomplete, resourceRules: rules } });
      });
    });

  test('one review of all rules; only what they leave open is asked singly', async () => {
    await using server = await reviewer(false);
    const kube = clientOf(connectionOf(server));
    expect(await kube.denied(questions)).toEqual([3, 5, 7, 9].map((index) => questions[index]));
    expect(server.requests).toHaveLength(1 + open.length);
    kube.close();
  });

  test.each([true, undefined])(
    'rules that are not all (incomplete: %s) prove nothing',
    async (incomplete) => {
      await using server = await reviewer(incomplete);
      const kube = clientOf(connectionOf(server));
      expect(await kube.denied(questions.slice(0, 2))).toEqual([questions[0]]);
      kube.close();
    },
  );
});

test('each way of being unreachable is named with its remedy', async () => {
  const port = await freePort();
  await using server = await startServer((_, response) => json(response, 200, {}));
  await using silent = await startServer(() => {});
  const limits = { request: 60, connect: 10_000 };
  const name = 'nowhere.invalid';
  const cases = [
    [{ server: new URL(`https://127.0.0.1:${port}`) }, /nothing listens there \(ECONNREFUSED\)/],
    [
      { server: new URL(`https://${name}:${port}`) },
      /DNS does not know the name \(ENOTFOUND\)|DNS did not answer/,
    ],
    [{ tls: {} }, /TLS: its certificate is self-signed.*server-ca/],
    [
      { tls: { ca: server.ca, servername: 'other.test' } },
      /TLS: its certificate is for other names.*tls-server-name/,
    ],
    [{ server: new URL(`https://127.0.0.1:${silent.port}`) }, /no answer in time.*HTTPS_PROXY/],
  ] as const;
  for (const [more, words] of cases) {
    const error = await failureOf(clientOf(connectionOf(server, more), { limits }).version());
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error.message).toMatch(words);
    expect(error.cause).toHaveProperty('code');
  }
});

test('a server that accepts but never shakes hands is given up', async () => {
  await using mute = await listening(net.createServer());
  const limits = { request: 5_000, connect: 60 };
  const error = await failureOf(
    clientOf(connectionOf({ port: mute.port, ca: '' }, { tls: {} }), { limits }).version(),
  );
  expect(error.message).toContain('no answer in time');
});

test('requests and streams go through the proxy, which may refuse', async () => {
  await using server = await startServer((_, response) => json(response, 200, { gitVersion: 'v1' }));
  const asked: string[] = [];
  const connectTo = http.createServer().on('connect', (request, socket, head) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
    if (asked.length > 1) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const upstream = net.connect(server.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
  });
  await using proxy = await listening(connectTo);
  const url = new URL(`http://me:pass@127.0.0.1:${proxy.port}`);
  const kube = clientOf(connectionOf(server, { proxy: url }));
  expect(await kube.version()).toEqual({ gitVersion: 'v1' });
  expect(await kube.version()).toEqual({ gitVersion: 'v1' });
  const basic = Buffer.from('me:pass').toString('base64');
  expect(asked).toEqual([`127.0.0.1:${server.port} Basic ${basic}`]);

  const error = await failureOf(kube.followLog('shop', 'p', 'c', () => {}, new AbortController().signal));
  expect(error.message).toMatch(/the proxy refused.*NO_PROXY/);
  kube.close();
});

async function freePort(): Promise<number> {
  await using server = await listening(net.createServer());
  return server.port;
}
