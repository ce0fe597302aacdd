import { expect, test } from '@jest/globals';
import { clientOf, connectionOf, json, startServer, status } from './api-server.ts';

const asked = { container: 'app', previous: true, tailLines: 61, lastBytes: 21 };
const { signal } = new AbortController();

test('its last lines, of those the last bytes, without colours', async () => {
  await using server = await startServer((_, response) => {
    response.write('first line\nsecond ');
    response.end('\u001B[31mline\u001B[0m\n');
  });
  const kube = clientOf(connectionOf(server));
  expect(await kube.log('shop', 'web-1', { ...asked, signal })).toBe('second line\n');
  expect(server.requests).toEqual([
    'GET /api/v1/namespaces/shop/pods/web-1/log?container=app&previous=true&tailLines=61',
  ]);
  kube.close();
});

test('a kubelet that cannot be asked is asked once', async () => {
  const refused = 'dial tcp 10.0.0.7:10250: connect: connection refused';
  await using server = await startServer((_, response) =>
    json(response, 500, status(500, 'InternalError', refused)),
  );
  const log = clientOf(connectionOf(server)).log('shop', 'web-1', { ...asked, signal });
  await expect(log).rejects.toThrow(refused);
  expect(server.requests).toHaveLength(1);
});

test('one that does not come is given up', async () => {
  await using server = await startServer(() => undefined);
  const over = new AbortController();
  const log = clientOf(connectionOf(server)).log('shop', 'web-1', { ...asked, signal: over.signal });
  over.abort();
  await expect(log).rejects.toThrow();
});
