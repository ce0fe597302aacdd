import { expect, test } from '@jest/globals';
import { CancelledError, TargetError, UnreachableError } from '../../lib/domain/errors.ts';
import type { Holder, Lock, Locks } from '../../lib/ports/records.ts';
import { lockedForPost } from '../../lib/steps/locked.ts';
import type { Unfinished } from '../../lib/steps/unfinished.ts';

interface Left {
  readonly holder: Holder;
  readonly begun?: { readonly seq: number };
}

const holder = { nonce: 'a', pid: 1, runner: 'r' } as Holder;
const inputs = {
  release: { name: 'shop', namespace: 'shop' },
  lockTimeout: 1_000,
  lockTakeover: 'proven',
} as const;

/** Who has the lock at the end, and what post was told last. */
async function locked(body: (owed: Unfinished<Left>) => Promise<void>): Promise<object> {
  const seen: { lock?: 'given back' | 'left to post'; post?: Left | undefined; error?: unknown } = {};
  const lock = {
    leave: () => (seen.lock = 'left to post'),
    release: async () => void (seen.lock ??= 'given back'),
  } as unknown as Lock;
  const ports = {
    locks: { acquire: async () => lock } as unknown as Locks,
    holder,
    leave: (left: Left | undefined) => (seen.post = left),
    log: { info: () => undefined },
    signal: new AbortController().signal,
  };
  await lockedForPost('deploy', { holder }, inputs, ports, (_, owed) => body(owed)).catch(
    (error: unknown) => {
      seen.error = error;
    },
  );
  return seen;
}

const refused = new TargetError('no', { subject: 's', remedy: 'r' });

test.each([
  ['refused', 'given back', refused, undefined],
  ['cancelled', 'left to post', new CancelledError(), { holder }],
  ['without the API', 'left to post', new UnreachableError('gone'), { holder }],
])('%s before anything began: the lock is %s', async (_, lock, error, post) => {
  const seen = await locked(() => Promise.reject(error));

  expect(seen).toEqual({ lock, post, error });
});

test('what has begun goes to post with the lock, whatever ended it', async () => {
  const seen = await locked(async (owed) => {
    owed.begin({ seq: 7 });
    throw refused;
  });

  expect(seen).toEqual({ lock: 'left to post', post: { holder, begun: { seq: 7 } }, error: refused });
});

test('nothing is owed by what ended well', async () => {
  expect(await locked(async (owed) => owed.over())).toEqual({ lock: 'given back', post: undefined });
});
