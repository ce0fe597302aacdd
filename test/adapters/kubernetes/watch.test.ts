import type { ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import { builtInType } from '../../../lib/domain/resource-types.ts';
import type { ResourceType } from '../../../lib/domain/kubernetes.ts';
import type { WatchEvent } from '../../../lib/ports/kube.ts';
import type { ClientOptions } from '../../../lib/adapters/kubernetes/client.ts';
import { clientOf, connectionOf, json, startServer, status } from './api-server.ts';
import type { TestServer } from './api-server.ts';

const pods = builtInType({ apiVersion: 'v1', kind: 'Pod' }) as ResourceType;

const list = (resourceVersion: string, ...names: string[]): object => ({
  kind: 'PodList',
  apiVersion: 'v1',
  metadata: { resourceVersion },
  items: names.map((name) => ({ metadata: { name, managedFields: [{ manager: 'x' }] } })),
});

const line = (type: string, name: string, resourceVersion: string): string =>
  `${JSON.stringify({ type, object: { kind: 'Pod', metadata: { name, resourceVersion, managedFields: [{}] } } })}\n`;

type Watch = (response: ServerResponse, url: URL) => void;

/** A server whose lists and watches are answered in turn by what is given; the last one again and again. */
const scripted = (lists: readonly object[], watches: readonly Watch[]): Promise<TestServer> => {
  let [listed, watched] = [0, 0];
  return startServer((request, response) => {
    const url = new URL(request.url, 'https://api');
    if (!url.searchParams.has('watch')) {
      const answer = lists[Math.min(listed++, lists.length - 1)] as { code?: number };
      return json(response, answer.code ?? 200, answer);
    }
    watches[Math.min(watched++, watches.length - 1)]?.(response, url);
  });
};

const open: Watch = (response) => response.writeHead(200).flushHeaders();
const cuts: Watch = (response, url) => {
  open(response, url);
  setImmediate(() => response.socket?.destroy());
};
const says =
  (...texts: (string | Buffer)[]): Watch =>
  (response) => {
    response.writeHead(200);
    for (const text of texts) response.write(text);
  };
const ends =
  (...texts: string[]): Watch =>
  (response) =>
    response.writeHead(200).end(texts.join(''));

/** In a word each: `listed a,b`, `changed a`, `lost`, … */
const word = (event: WatchEvent): string => {
  if (event.type === 'listed') return `listed ${event.objects.map(({ metadata }) => metadata.name).join()}`;
  return 'object' in event ? `${event.type} ${event.object.metadata.name}` : event.type;
};

/** Follows until `count` events have come. */
async function events(
  server: TestServer,
  count: number,
  options: Partial<ClientOptions> = {},
): Promise<WatchEvent[]> {
  const kube = clientOf(connectionOf(server), options);
  const stop = new AbortController();
  const seen: WatchEvent[] = [];
  await new Promise<void>((resolve) => {
    const onEvent = (event: WatchEvent): void => {
      seen.push(event);
      if (seen.length === count) resolve();
    };
    kube.watch({ resource: pods, namespace: 'shop', labelSelector: 'a=b' }, onEvent, stop.signal);
  });
  stop.abort();
  kube.close();
  return seen;
}

const watchesOf = (server: TestServer): (string | null)[] =>
  server.requests
    .map((request) => new URL(request.split(' ')[1] ?? '', 'https://api').searchParams)
    .filter((query) => query.has('watch'))
    .map((query) => query.get('resourceVersion'));

test('lists, watches from there, and hands on changes without managedFields', async () => {
  await using server = await scripted(
    [list('10', 'a')],
    [says(line('ADDED', 'b', '11'), line('MODIFIED', 'b', '12'), line('DELETED', 'a', '13'))],
  );
  const seen = await events(server, 4);
  expect(seen.map(word)).toEqual(['listed a', 'changed b', 'changed b', 'deleted a']);
  expect(seen[0]).toEqual({
    type: 'listed',
    objects: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }],
    resourceVersion: '10',
  });
  expect(JSON.stringify(seen)).not.toContain('managedFields');
  const query = new URL(server.requests[1]?.split(' ')[1] ?? '', 'https://api').searchParams;
  expect(Object.fromEntries(query)).toEqual({
    labelSelector: 'a=b',
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: '10',
    timeoutSeconds: '310',
  });
});

test('when the server ends a watch, the next goes on from the last bookmark, and nothing is said', async () => {
  await using server = await scripted(
    [list('10')],
    [ends(line('BOOKMARK', '', '20')), ends(line('ADDED', 'b', '25')), says(line('ADDED', 'c', '30'))],
  );
  expect((await events(server, 3)).map(word)).toEqual(['listed ', 'changed b', 'changed c']);
  expect(watchesOf(server)).toEqual(['10', '20', '25']);
});

const gone = JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, metadata: {} } });

test.each<[string, Watch]>([
  ['as an event', ends(`${gone}\n`)],
  ['as a status', (response) => json(response, 410, status(410, 'Expired'))],
])('410 %s: lists again', async (_, expired) => {
  await using server = await scripted(
    [list('10', 'a'), list('50', 'a', 'b')],
    [expired, says(line('ADDED', 'c', '51'))],
  );
  expect((await events(server, 3)).map(word)).toEqual(['listed a', 'listed a,b', 'changed c']);
  expect(watchesOf(server)).toEqual(['10', '50']);
});

test.each<[string, Watch]>([
  ['a cut connection', cuts],
  ['an error of the server', (response) => json(response, 503, status(503, 'Unavailable'))],
  ['an error event', ends('{"type":"ERROR","object":{"code":500,"message":"etcd"}}\n')],
])('%s is said, and the watch goes on where it was', async (_, broken) => {
  await using server = await scripted([list('10', 'a')], [broken, says(line('ADDED', 'b', '11'))]);
  expect((await events(server, 4)).map(word)).toEqual(['listed a', 'lost', 'restored', 'changed b']);
  expect(watchesOf(server)).toEqual(['10', '10']);
});

test('a malformed line is never swallowed: it says lost, and lists again', async () => {
  await using server = await scripted(
    [list('10', 'a'), list('12', 'a', 'b')],
    [says(line('ADDED', 'b', '11'), '{"type":"ADDED","obj\n'), says(line('ADDED', 'c', '13'))],
  );
  const seen = await events(server, 6);
  expect(seen.map(word)).toEqual(['listed a', 'changed b', 'lost', 'listed a,b', 'restored', 'changed c']);
  expect(seen[2]).toMatchObject({ reason: expect.stringContaining('not JSON') });
});

test('silence beyond the bookmarks is a dead connection', async () => {
  await using server = await scripted([list('10')], [open, says(line('ADDED', 'b', '11'))]);
  const times = { silence: 60, poll: 10, watch: 300_000 };
  const seen = await events(server, 4, { times });
  expect(seen.map(word)).toEqual(['listed ', 'lost', 'restored', 'changed b']);
  expect(seen[1]).toMatchObject({ reason: expect.stringContaining('no answer in time') });
});

test('characters split between packets, and events of a megabyte, arrive whole', async () => {
  const name = `größe-${'x'.repeat(1_000_000)}`;
  const bytes = Buffer.from(line('ADDED', name, '11'));
  const inside = bytes.indexOf(Buffer.from('ö')) + 1;
  await using server = await scripted(
    [list('10')],
    [says(bytes.subarray(0, inside), bytes.subarray(inside))],
  );
  const [, changed] = await events(server, 2);
  expect(changed).toMatchObject({ object: { metadata: { name } } });
});

test('forbidden to list: said once, then nothing more is asked', async () => {
  await using server = await scripted([status(403, 'Forbidden', 'pods is forbidden')], [open]);
  expect(await events(server, 1)).toEqual([{ type: 'forbidden', reason: 'pods is forbidden' }]);
  expect(server.requests).toHaveLength(1);
});

test('forbidden to watch only: lists again and again, and says so for debugging', async () => {
  const debug: string[] = [];
  await using server = await scripted(
    [list('10', 'a'), list('11', 'a', 'b')],
    [(response) => json(response, 403, status(403, 'Forbidden'))],
  );
  const seen = await events(server, 3, { debug: (line) => debug.push(line) });
  expect(seen.map(word)).toEqual(['listed a', 'listed a,b', 'listed a,b']);
  expect(debug).toEqual(['watching pods is forbidden, listing is not: listing every 2 s instead']);
  expect(watchesOf(server)).toEqual(['10']);
});

test('after the abort nothing is said, and nothing is asked', async () => {
  const stop = new AbortController();
  const closed = Promise.withResolvers<void>();
  const whenOpen: Watch = (response, url) => {
    response.on('close', closed.resolve);
    open(response, url);
    stop.abort();
  };
  await using server = await scripted([list('10')], [whenOpen]);
  const kube = clientOf(connectionOf(server));
  const seen: string[] = [];
  kube.watch({ resource: pods, namespace: 'shop' }, (event) => seen.push(word(event)), stop.signal);
  await closed.promise;
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual(['listed ']);
  expect(server.requests).toHaveLength(2);
  kube.close();
});
