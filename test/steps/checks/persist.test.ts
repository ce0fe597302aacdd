import { describe, expect, test } from '@jest/globals';
import { CancelledError } from '../../../lib/domain/errors.ts';
import { World } from './world.ts';
import type { Reply } from './world.ts';

const home = '- {http: "http://shop.test/", name: home}';
const refused: Reply = { fails: 'ECONNREFUSED' };

/** A service that is as it should be from a moment on. */
function healthyFrom(moment: number, until: Reply = { status: 503 }): World {
  const world = new World();
  world.reply = (_, at) => (at >= moment ? {} : until);
  return world;
}

describe('until it is as expected, or the deadline, and never a fixed number of times', () => {
  test.each([0, 1_000, 37_000, 60_000])('well after %s ms', async (moment) => {
    const world = healthyFrom(moment);
    expect(await world.run(home)).toMatchObject({
      outcome: 'pass',
      reason: '1 check passed',
      checks: [{ attempts: moment / 1_000 + 1, endedAt: world.began + moment }],
    });
  });

  test('never well: the last miss, and what was answered', async () => {
    const world = new World();
    world.reply = (_, at) => ({ status: 500, body: `at ${at}` });
    expect(await world.run(home, { timeout: 5_000 })).toEqual({
      outcome: 'fail',
      reason: 'home: status 500, expected 200-299',
      checks: [
        {
          name: 'home',
          kind: 'http',
          severity: 'fail',
          outcome: 'fail',
          attempts: 6,
          startedAt: world.began,
          endedAt: world.began + 5_000,
          reason: 'status 500, expected 200-299',
          miss: { reason: 'status 500, expected 200-299', excerpt: 'at 5000' },
        },
      ],
    });
  });

  test('however long the interval, the last look is at the deadline', async () => {
    const world = healthyFrom(9_000);
    expect(await world.run(home, { timeout: 10_000, interval: 6_000 })).toMatchObject({ outcome: 'pass' });
    expect(world.asked.map(({ at }) => at)).toEqual([0, 6_000, 10_000]);
  });

  test.each([
    [300, [0, 1_000, 2_000]],
    [1_500, [0, 1_500, 3_000]],
  ])('the interval is from start to start, %s ms of which it takes to answer', async (after, starts) => {
    const world = healthyFrom(starts[2] ?? 0, { status: 503, after });
    await world.run(home);
    expect(world.asked.map(({ at }) => at)).toEqual(starts);
  });
});

describe('the deadline is one for all', () => {
  test('what never answers is not waited for longer than is left', async () => {
    const world = new World();
    world.reply = () => ({ after: Infinity });
    expect(await world.run(home, { timeout: 12_000 })).toMatchObject({
      outcome: 'fail',
      reason: expect.stringMatching(/^home: .*no answer in time/) as unknown,
    });
    expect(world.asked.map(({ timeout }) => timeout)).toEqual([10_000, 2_000]);
    expect(world.elapsed).toBe(12_000);
  });

  test('checks get what the identity left', async () => {
    const world = new World();
    world.reply = (path, at) =>
      path === '/who' ? { headers: { v: at < 4_000 ? 'v1' : 'v2' } } : { status: 500 };
    const identity = '{url: "http://shop.test/who", header: v, equals: v2}';
    expect(await world.run(home, { timeout: 6_000, identity })).toMatchObject({ outcome: 'fail' });
    expect(world.elapsed).toBe(6_000);
  });

  test('checks that wait for their turn still get a look each, and no more', async () => {
    const world = new World();
    world.reply = () => ({ after: Infinity });
    const twenty = Array.from({ length: 20 }, (_, at) => `- http: "http://shop.test/${at}"`).join('\n');
    const { checks } = await world.run(twenty, { timeout: 5_000, concurrency: 2 });
    expect(checks.map(({ attempts }) => attempts)).toEqual(Array.from({ length: 20 }, () => 1));
    expect(world.elapsed).toBeLessThanOrEqual(5_000 + 9 * 250);
  });
});

test('no more run at once than allowed, and all of them in the order in which they came', async () => {
  const world = new World();
  world.reply = () => ({ after: 100 });
  const ten = Array.from({ length: 10 }, (_, at) => `- http: "http://shop.test/${at}"`).join('\n');
  expect(await world.run(ten, { concurrency: 3 })).toMatchObject({ outcome: 'pass' });
  expect(world.mostUnderWay).toBe(3);
  expect(world.asked.map(({ path }) => path)).toEqual(Array.from({ length: 10 }, (_, at) => `/${at}`));
  expect(world.elapsed).toBe(400);
});

test('who waits between attempts takes nobody’s turn', async () => {
  const world = new World();
  world.reply = (path, at) => (path === '/slow' && at < 5_000 ? { status: 503 } : {});
  const { checks } = await world.run('- http: "http://shop.test/slow"\n- http: "http://shop.test/b"', {
    concurrency: 1,
  });
  expect(checks.map(({ endedAt }) => endedAt - world.began)).toEqual([5_000, 0]);
});

describe('what waiting cannot mend', () => {
  const gone: Reply = { fails: 'ENOTFOUND' };

  test('is borne for ten seconds, and named', async () => {
    const world = healthyFrom(Infinity, gone);
    expect(await world.run(home)).toMatchObject({
      outcome: 'fail',
      reason: expect.stringMatching(/the DNS name does not exist .*; waiting will not mend it$/) as unknown,
      checks: [{ miss: { hopeless: 'the DNS name does not exist' } }],
    });
    expect(world.elapsed).toBe(10_000);
  });

  test('is not given up when something else comes in between', async () => {
    const world = new World();
    world.reply = (_, at) => (at >= 30_000 ? {} : at % 9_000 === 0 ? refused : gone);
    expect(await world.run(home)).toMatchObject({ outcome: 'pass' });
  });

  test('does not outlive a shorter deadline', async () => {
    const world = healthyFrom(Infinity, gone);
    await world.run(home, { timeout: 3_000 });
    expect(world.elapsed).toBe(3_000);
  });
});

describe('what it is waiting for', () => {
  test('is said when it changes, and every ten seconds', async () => {
    const world = new World();
    world.reply = (_, at) => (at >= 21_500 ? {} : at < 2_000 ? refused : { status: 503 });
    await world.run(`${home}\n- http: "http://shop.test/b"`);
    expect(world.said).toEqual([
      expect.stringMatching(/^0s {2}home: .*refused/),
      expect.stringMatching(/^0s {2}http http:\/\/shop.test\/b: .*refused/),
      '2s  home: status 503, expected 200-299',
      '2s  http http://shop.test/b: status 503, expected 200-299',
      '10s  waiting for home: status 503, expected 200-299, and 1 more',
      '20s  waiting for home: status 503, expected 200-299, and 1 more',
    ]);
  });
});

describe('cancelled', () => {
  const reason = new CancelledError();

  test.each([
    ['while it asks', { after: Infinity }],
    ['while it waits', { status: 503 }],
  ])('%s: no verdict, and no forward is left', async (_, reply) => {
    const world = new World();
    world.reply = (_path, at) => {
      if (at === 0) void world.clock.sleep(500).then(() => world.cancel.abort(reason));
      return reply;
    };
    await expect(world.run(home)).rejects.toBe(reason);
    expect(world.elapsed).toBe(500);
    expect(world.closed).toBe(1);
  });
});
