import { describe, expect, test } from '@jest/globals';
import { Yard, now } from './memory.ts';

describe('check', () => {
  test('young enough: success, and which', async () => {
    const yard = new Yard();
    const found = yard.there(20, 'restored');
    const result = await yard.check();
    expect(result).toMatchObject({ result: 'success', backup: { manifest: { id: found } } });
    expect(result.reason).toContain(`${found} (restored), is 20h00m old`);
    expect(yard.done).toEqual([]);
  });

  test('too old: failure, with the age and the bound', async () => {
    const yard = new Yard();
    yard.there(27);
    const result = await yard.check();
    expect(result).toMatchObject({ result: 'failure' });
    expect(result.reason).toMatch(/\(complete\), is 27h00m old; max-age allows 26h00m\. Look at the runs/);
  });

  test('none: failure', async () => {
    const result = await new Yard().check({ 'max-age': '1h' });
    expect(result).toMatchObject({ result: 'failure', backup: undefined });
    expect(result.reason).toContain('shop has no backup that is complete: there is none at all');
  });

  test('a newer one that was proven less does not count, and is named', async () => {
    const yard = new Yard();
    yard.there(40, 'restored');
    const weaker = yard.there(1, 'complete');
    const result = await yard.check({ verify: 'restored' });
    expect(result.result).toBe('failure');
    expect(result.reason).toContain(`a newer one, ${weaker}, is only complete`);
    await expect(yard.check({ verify: 'complete' })).resolves.toMatchObject({ result: 'success' });
  });

  test('its object is gone: failure', async () => {
    const yard = new Yard();
    const found = yard.there(1);
    yard.storage.objects.delete(`postgresql/shop/${found}/dump.pgdump.zst`);
    await expect(yard.check()).resolves.toMatchObject({
      result: 'failure',
      reason: expect.stringContaining('is gone'),
    });
  });

  test('its object was cut: failure', async () => {
    const yard = new Yard();
    const id = yard.there(1);
    yard.storage.objects.set(`postgresql/shop/${id}/dump.pgdump.zst`, Buffer.from('the'));
    const { result, reason } = await yard.check();
    expect(result).toBe('failure');
    expect(reason).toMatch(/is damaged: .*dump\.pgdump\.zst has 3 bytes instead of/);
  });

  test('an object that a lifecycle rule moved to the archive: failure, and how to get it back', async () => {
    const yard = new Yard();
    yard.there(1);
    yard.overStorage = {
      async head(key) {
        const found = await yard.storage.head(key);
        return found && { ...found, archived: 'DEEP_ARCHIVE' };
      },
    };
    const { result, reason } = await yard.check();
    expect(result).toBe('failure');
    expect(reason).toMatch(/cannot be restored: .* lies in the archive \(DEEP_ARCHIVE\) .*restore it from/);
  });

  test('taken in the future: a clock is wrong', async () => {
    const yard = new Yard();
    yard.there(-5);
    await expect(yard.check()).resolves.toMatchObject({
      result: 'failure',
      reason: expect.stringContaining('in the future'),
    });
  });

  test('the snapshot counts, not when it was stored', async () => {
    const yard = new Yard();
    yard.there(1, 'complete', { takenAt: new Date(now - 30 * 3_600_000).toISOString() });
    await expect(yard.check()).resolves.toMatchObject({ result: 'failure' });
  });
});
