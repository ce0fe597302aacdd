import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { summary } from '../../../actions/restore-db/report-summary.ts';
import { ToolError, UnreachableError } from '../../../lib/domain/errors.ts';
import type { DrillEvidence } from '../../../lib/domain/database/drill.ts';
import { backedUp, contents, inputs, newestId, of } from './memory.ts';
import type { World } from './memory.ts';

const ajv = new Ajv2020({ strict: true, allErrors: true });
formats.default(ajv);
const validate = ajv.compile(
  JSON.parse(
    readFileSync(new URL('../../../docs/schemas/restore-drill.json', import.meta.url), 'utf8'),
  ) as object,
);

const live = { url: 'postgresql://shop@db.test:5432/shop', database: '' };
const evidenceOf = (world: World): DrillEvidence =>
  JSON.parse(world.kept.get('restore-drill.json') ?? '') as DrillEvidence;
const stored = (world: World): string[] =>
  [...world.storage.objects.keys()].filter((key) => key.includes('/drills/'));

test('a drill that passes: measured, kept as evidence, and nothing left', async () => {
  const world = await backedUp();
  world.pace = 250;
  const result = await world.run({ mode: 'drill', rto: '10m', rpo: '3h' });
  expect(result).toMatchObject({
    result: 'success',
    reason: 'restored, and every table has the rows that were dumped',
  });
  expect(world.scratch).toEqual({ started: 1, stopped: 1, preflights: 1, sweeps: 1 });
  expect(stored(world)).toEqual([`${of.engine}/${of.database}/drills/20261126T040000Z.json`]);
  const evidence = evidenceOf(world);
  expect([validate(evidence), validate.errors]).toEqual([true, null]);
  expect(evidence).toMatchObject({
    outcome: 'passed',
    compared: { kind: 'rows', tables: 1, rows: 2 },
    rto: { objectiveSeconds: 600, met: true },
    rpo: { from: 'backup', objectiveSeconds: 10_800, met: true },
  });
  expect(evidence.rto.seconds).toBeGreaterThan(0);
});

test('a backup whose rows were hashed in another way is counted, and that is said; it is not condemned', async () => {
  const old = { kind: 'rows', tables: [{ name: 'public.t', rows: 2, hash: '9' }] } as const;
  const world = await backedUp({ fingerprint: old });
  const result = await world.run({ mode: 'drill' });
  const why = 'another version of Slipway hashed its rows, in another way';
  expect(result).toMatchObject({
    result: 'success',
    reason: `restored, and every table has as many rows as were dumped (${why}: they could only be counted)`,
  });
  expect(evidenceOf(world).compared).toEqual({ kind: 'counts', tables: 1, rows: 2 });
  expect(world.said.join('\n')).toContain(`the number of rows of every table is compared: ${why}`);

  const changed = await backedUp({ fingerprint: { ...old, tables: [{ ...old.tables[0], rows: 3 }] } });
  expect((await changed.run({ mode: 'drill' })).reason).toMatch(/public.t: 2 rows instead of 3/);
});

test('the scratch server is like the one that was dumped, and room is added to its size only there', async () => {
  const world = await backedUp({ databaseBytes: 6_000_000, encoding: 'SQL_ASCII', locale: 'C' });
  await world.run({ mode: 'drill' });
  const like = { bytes: 6_000_000, encoding: 'SQL_ASCII', locale: 'C' };
  expect(world.ordered).toEqual([expect.objectContaining(like), expect.objectContaining(like)]);
  const old = await backedUp();
  await old.run({ mode: 'drill' });
  expect(old.ordered[1]).not.toHaveProperty('encoding');
});

test('what the dump tool was told, and what is no table, is said before a drill', async () => {
  const world = await backedUp({
    extraArgs: ['--exclude-schema=audit'],
    fingerprint: {
      kind: 'rows',
      method: 'columns by name',
      tables: [
        { name: 'public.t', rows: 2, hash: '7' },
        { name: 'large objects', rows: 3, hash: '1' },
      ],
    },
  });
  await world.run({ mode: 'drill', 'dry-run': 'true' });
  expect(world.said.join('\n')).toMatch(/dumped with +--exclude-schema=audit/);
  expect(world.said.join('\n')).toMatch(/holds +1 table, 2 rows, 3 large objects;/);
});

test.each([
  [{ rto: '1s' }, /it took .*s, and rto is 1s/],
  [{ rpo: '1h' }, /newest restorable data are 2h00m old \(backup\), and rpo is 1h00m/],
])('an objective that is not met is a failure: %j', async (asked, why) => {
  const world = await backedUp();
  world.pace = 400;
  const result = await world.run({ mode: 'drill', ...asked });
  expect([result.result, result.reason]).toEqual(['failure', expect.stringMatching(why)]);
  expect(evidenceOf(world).outcome).toBe('missed');
});

test('what the live server says of its archive counts, and is told as its word', async () => {
  const world = await backedUp();
  world.server.durability = {
    now: '2026-11-26T04:00:00.000Z',
    archive: { kind: 'on', newestAt: '2026-11-26T03:59:00.000Z', failed: 0 },
    replicas: [{ name: 'a', lagSeconds: 3 }, { name: 'b' }],
  };
  const result = await world.run({ mode: 'drill', rpo: '1m', 'base-backup': 'true', ...live });
  expect(result.result).toBe('success');
  expect(evidenceOf(world).rpo).toMatchObject({
    from: 'replica',
    seconds: 3,
    points: [{ from: 'replica' }, { from: 'archive', ageSeconds: 60 }, { from: 'backup', ageSeconds: 7_200 }],
    unknown: ['replica b does not say how far it is behind'],
  });
  expect(validate(evidenceOf(world))).toBe(true);
});

test('an archive does not meet rpo: a dump is not what it continues', async () => {
  const world = await backedUp();
  world.server.durability = {
    now: '2026-11-26T04:00:00.000Z',
    archive: { kind: 'on', newestAt: '2026-11-26T03:59:50.000Z', failed: 0 },
    replicas: [],
  };
  const given = { mode: 'drill', rpo: '1m', ...live };
  const result = await world.run(given);
  expect([result.result, result.reason]).toEqual([
    'failure',
    expect.stringMatching(/newest restorable data are 2h00m old \(backup\), and rpo is 1m/),
  ]);
  const { rpo } = evidenceOf(world);
  expect(rpo).toMatchObject({ from: 'backup', seconds: 7_200, met: false, points: [{ from: 'backup' }] });
  expect(rpo.unknown).toEqual([expect.stringMatching(/needs a base backup of the server/)]);
  expect(summary(result, inputs(given))).toContain('needs a base backup of the server');
});

test('a live server that is gone does not stop the drill', async () => {
  const world = await backedUp();
  world.server.durability = new UnreachableError('connection refused');
  const result = await world.run({ mode: 'drill', rpo: '1h', ...live });
  expect(result.reason).toMatch(/2h00m old \(backup\)/);
  expect(evidenceOf(world).rpo.unknown).toEqual([
    expect.stringMatching('could not be asked: connection refused'),
  ]);
});

test('nor does one that takes the connection and says nothing', async () => {
  const world = await backedUp();
  world.server.isSilent = true;
  expect(await world.run({ mode: 'drill', ...live })).toMatchObject({ result: 'success' });
  expect(evidenceOf(world).rpo.unknown).toEqual([
    expect.stringMatching(/could not be asked: it did not answer within 1m/),
  ]);
});

test('a backup that does not restore: evidence of that too, and a failure', async () => {
  const world = await backedUp();
  world.throwaway.script.restores = {
    ...contents,
    fingerprint: { kind: 'rows', method: 'columns by name', tables: [] },
  };
  const result = await world.run({ mode: 'drill', rto: '1h' });
  expect(result).toMatchObject({
    result: 'failure',
    reason: expect.stringMatching(/^it does not restore: .*is not there, it had 2 rows/),
  });
  expect(evidenceOf(world)).toMatchObject({
    outcome: 'failed',
    details: [expect.stringMatching('public.t')],
  });
  expect([validate(evidenceOf(world)), world.scratch.stopped]).toEqual([true, 1]);
});

test('a damaged backup fails the drill before a server is started; its age counts for nothing', async () => {
  const world = await backedUp();
  const key = `postgresql/shop/${newestId}/dump.pgdump.zst.age`;
  world.storage.objects.set(key, world.storage.objects.get(key)?.subarray(0, 300) ?? Buffer.of());
  world.server.durability = {
    now: '2026-11-26T04:00:00.000Z',
    archive: { kind: 'on', newestAt: '2026-11-26T03:59:00.000Z', failed: 0 },
    replicas: [],
  };
  const given = { mode: 'drill', rpo: '3h', 'base-backup': 'true', ...live };
  const result = await world.run(given);
  expect([result.result, result.reason]).toEqual([
    'failure',
    expect.stringMatching(/does not restore: .* 300 bytes instead of/),
  ]);
  const evidence = evidenceOf(world);
  expect(evidence).toMatchObject({
    outcome: 'failed',
    into: '',
    rpo: { points: [], objectiveSeconds: 10_800 },
  });
  expect([evidence.rpo.met, evidence.rpo.seconds, validate(evidence)]).toEqual([undefined, undefined, true]);
  expect([world.scratch.started, stored(world).length]).toEqual([0, 1]);
  expect(summary(result, inputs(given))).toMatch(/nothing is known to be restorable .* not judged/);
});

test('a wrong key is no answer about the backup: no evidence', async () => {
  const world = await backedUp();
  const result = await world.run({ mode: 'drill', identity: '' });
  expect([result.result, stored(world), world.scratch.started]).toEqual(['failure', [], 0]);
});

test('a scratch server that could never take it says nothing about the backup', async () => {
  const world = await backedUp({ extensions: [{ name: 'postgis', version: '3' }] });
  await expect(world.run({ mode: 'drill' })).rejects.toThrow(/the scratch server cannot take .*postgis/);
  expect([stored(world), world.scratch.stopped]).toEqual([[], 1]);
});

test('a cancel: the server is stopped, and there is no evidence', async () => {
  const world = await backedUp();
  world.throwaway.onRestore = () => world.cancel.abort();
  await expect(world.run({ mode: 'drill' })).rejects.toThrow();
  expect([stored(world), world.scratch.stopped]).toEqual([[], 1]);
});

test('a storage that breaks off in the middle is no answer about the backup', async () => {
  const world = await backedUp();
  const { throwaway } = world;
  const opened = throwaway.open.bind(throwaway);
  throwaway.open = (name) => ({
    ...opened(name),
    restore: () => Promise.reject(new UnreachableError('the storage could not be reached')),
  });
  await expect(world.run({ mode: 'drill' })).rejects.toBeInstanceOf(UnreachableError);
  expect([world.scratch.stopped, stored(world), world.kept.size]).toEqual([1, [], 0]);
});

test('out of time: what the tools say when they are ended is no answer about the backup', async () => {
  const world = await backedUp();
  const { throwaway } = world;
  const opened = throwaway.open.bind(throwaway);
  throwaway.open = (name) => ({
    ...opened(name),
    restore: (_, { signal }) =>
      new Promise((_resolve, reject) => {
        const ended = new ToolError('pg_restore failed: SIGTERM', {
          argv: [],
          exit: 'SIGTERM',
          lastLines: [],
        });
        signal?.addEventListener('abort', () => reject(ended));
      }),
  });
  await expect(world.run({ mode: 'drill', timeout: '10s' })).rejects.toThrow('not done within 10s (timeout)');
  expect([world.scratch.stopped, stored(world), world.kept.size]).toEqual([1, [], 0]);
});

test('credentials that may only read are enough; a warning says that nothing was stored', async () => {
  const world = await backedUp();
  world.storage.put = () => Promise.reject(new Error('AccessDenied'));
  const result = await world.run({ mode: 'drill' });
  expect([result.result, result.drill?.key]).toEqual(['success', '']);
  expect(world.warned.join('\n')).toMatch(/could not be stored in memory .*AccessDenied/);
});

test('the drills of the past are the trend; what is no evidence is left out', async () => {
  const world = await backedUp();
  const key = (day: number): string =>
    `postgresql/shop/drills/202611${String(day).padStart(2, '0')}T040000Z.json`;
  for (let day = 1; day <= 20; day++) {
    const past = {
      schema: 'slipway/restore-drill/v1',
      at: `2026-11-${String(day).padStart(2, '0')}T04:00:00.000Z`,
      outcome: 'passed',
      rto: { seconds: day },
    };
    world.storage.objects.set(key(day), Buffer.from(JSON.stringify(past)));
  }
  world.storage.objects.set(key(20), Buffer.from('not JSON'));
  world.pace = 100;
  const given = { mode: 'drill', rto: '5m' };
  const result = await world.run(given);
  expect(result.drill?.trend.map(({ at }) => at.slice(8, 10)).at(0)).toBe('09');
  const text = summary(result, inputs(given));
  expect(text).toContain('xychart-beta');
  expect(text).toContain('"11-19", "11-26"]');
  expect(text).toMatch(/line \[300, 300/);
});
