import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { DamagedObjectError } from '../../../lib/domain/storage/damaged.ts';
import { restoreStored } from '../../../lib/steps/backup/restore-stored.ts';
import { memoryStorage } from '../../support/memory-storage.ts';
import { database, identity, manifestOf, order, packing, recipient, store } from './fakes.ts';

/** What comes out of restoring an object that was changed after it was stored. */
async function restored(recipients: readonly string[], change: (bytes: Buffer) => Buffer): Promise<unknown> {
  const storage = memoryStorage();
  const stored = await store(database(), storage, { recipients });
  if ('failed' in stored) throw stored.failed;
  storage.objects.set(order.key, change(Buffer.from(storage.objects.get(order.key) ?? '')));
  const target = database();
  const asked = { manifest: manifestOf(stored), identities: [identity], oneTransaction: true, owners: true };
  const failed = await restoreStored(asked, { database: target, packing, storage }).catch(
    (error: unknown) => error,
  );
  expect(target.restored()).toBeUndefined();
  return failed;
}

const flippedAt = (share: number) => (bytes: Buffer) => {
  const at = Math.min(bytes.length - 1, Math.floor(bytes.length * share));
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
};
const changes: readonly [string, (bytes: Buffer) => Buffer][] = [
  ...[0.4, 0.7, 0.95, 1].map(
    (share) => [`a bit flipped at ${share}`, flippedAt(share)] as [string, (bytes: Buffer) => Buffer],
  ),
  ['cut', (bytes) => bytes.subarray(0, bytes.length / 2)],
  ['nothing', () => Buffer.of()],
  ['noise', (bytes) => randomBytes(bytes.length)],
  ['more behind it', (bytes) => Buffer.concat([bytes, bytes])],
];

test.each(
  [['encrypted', [recipient]] as const, ['plain', []] as const].flatMap(([how, recipients]) =>
    changes.map(([what, change]) => [how, what, recipients, change] as const),
  ),
)('%s, %s: damage of the object, never a defect of ours', async (_, __, recipients, change) => {
  const failed = await restored(recipients, change);
  expect(failed).toBeInstanceOf(DamagedObjectError);
  expect((failed as DamagedObjectError).subject).toBe(`memory/${order.key}`);
});
