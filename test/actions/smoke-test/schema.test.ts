import { expect, test } from '@jest/globals';
import { parseInputs } from '../../../actions/smoke-test/inputs.ts';
import { report } from '../../../actions/smoke-test/report.ts';
import { record } from '../../domain/record/samples.ts';
import { Service } from './memory.ts';

const database = 'engine: postgresql\nurl: postgresql://shop@db.example.com/shop\npassword: open-sesame\n';
const given = { url: 'https://shop.example.com/', name: 'smoke-test', database };
const ready = record(1, { expects: ['smoke-test'] });

test('the verdict that makes it verified adds the schema', async () => {
  const service = new Service();
  const result = await service.test(given, ready);
  expect(result.record).toMatchObject({ state: 'verified', database: { kind: 'read', facts: 'kept' } });
  expect(service.records.at(1)).toEqual(result.record);
  expect(JSON.parse(service.kept.get('record.json') ?? '')).toEqual(result.record);
  expect(report(result).summary).toMatch(/an undo may go back to it\. Its schema [0-9a-f]{12} of postgresql/);
});

test.each<[string, Partial<typeof ready>, number]>([
  ['it fails', {}, 500],
  ['another verdict is still to come', { expects: ['smoke-test', 'load'] }, 200],
])('not where %s', async (_, more, status) => {
  const service = new Service();
  service.answer = () => (status === 200 ? 'v2' : status);
  const result = await service.test({ ...given, timeout: '2s' }, { ...ready, ...more });
  expect(result.record).not.toHaveProperty('database');
  expect(service.database.reads).toBe(0);
});

test('a database that cannot be read leaves it green, and says so', async () => {
  const service = new Service();
  service.database.gone = 'no pod matches app=db';
  const result = await service.test(given, ready);
  expect(result).toMatchObject({
    result: 'success',
    record: { state: 'verified', database: { kind: 'unreadable', why: 'no pod matches app=db' } },
  });
  expect(service.said).toContainEqual(expect.stringContaining('no pod matches app=db'));
  expect(report(result).summary).toContain('could not be read: no pod matches app=db');
});

test('a verdict that was not recorded adds none', async () => {
  const service = new Service();
  service.records.change = () => Promise.reject(new Error('somebody removed it'));
  const verified = { ...ready, state: 'verified' as const, expects: [] };
  await expect(service.test(given, verified)).resolves.toMatchObject({ result: 'inconclusive' });
  expect(service.database.reads).toBe(0);
});

test('what is wrong in it is a fault at once, and shows no secret', () => {
  const asked = { url: 'https://shop.example.com/' };
  expect(() => parseInputs({ ...asked, database }, {})).toThrow(
    /database: its schema becomes part of a record/,
  );
  const wrong = database.replace('postgresql\n', 'oracle\n');
  expect(() => parseInputs({ ...asked, database: wrong }, {})).toThrow(/database\.engine/);
  expect(() => parseInputs({ ...asked, database: wrong }, {})).not.toThrow(/open-sesame/);
});
