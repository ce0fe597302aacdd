import { expect, test } from '@jest/globals';
import type { Lock } from '../../lib/ports/records.ts';
import { Journal } from '../../lib/steps/journal.ts';
import { record } from '../domain/record/samples.ts';
import { MemoryRecords, stoppedClock } from './memory.ts';

const lock = { check: async () => {} } as Lock;

test('two writes at once: each step is written once, and neither change is lost', async () => {
  const records = new MemoryRecords();
  const { id: _, seq: __, schema: ___, ...draft } = record(1, { state: 'planned', steps: [] });
  const journal = await Journal.open(draft, { records, lock, clock: stoppedClock });
  await journal.step('apply', async () => {});

  await Promise.all([
    journal.write((now) => ({ ...now, deploymentId: 7 })),
    journal.write((now) => ({ ...now, state: 'applied' })),
  ]);

  expect(records.at(1)).toMatchObject({ deploymentId: 7, state: 'applied', steps: [{ name: 'apply' }] });
  expect(records.at(1).steps).toHaveLength(1);
  expect(journal.record).toEqual(records.at(1));
});

test('a write that fails stops none that come after it', async () => {
  const records = new MemoryRecords();
  const { id: _, seq: __, schema: ___, ...draft } = record(1, { state: 'planned', steps: [] });
  const journal = await Journal.open(draft, { records, lock, clock: stoppedClock });
  const lost = journal.write(() => {
    throw new Error('the lock is lost');
  });
  const next = journal.write((now) => ({ ...now, state: 'applied' }));
  await expect(lost).rejects.toThrow('lost');
  await expect(next).resolves.toMatchObject({ state: 'applied' });
});
