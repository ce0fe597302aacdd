import { describe, expect, test } from '@jest/globals';
import { ToolError } from '../../../lib/domain/errors.ts';
import { ProbeFailure } from '../../../lib/ports/probes.ts';
import type { Exit } from '../../../lib/ports/process.ts';
import { World } from './world.ts';

const short = { timeout: 2_000 };

describe('severity and verdict', () => {
  const checks = `
- {http: "http://shop.test/home", name: home}
- {http: "http://shop.test/extra", name: extra, severity: warn}
- {http: /inside, via: service/shop:80, name: inside}`;

  /** A world where these paths answer 500, and where no forward may be opened. */
  function where({ broken = [], closed = false }: { broken?: string[]; closed?: boolean }): World {
    const world = new World();
    world.reply = (path) => ({ status: broken.includes(path) ? 500 : 200 });
    if (closed)
      world.refuse = () => new ToolError('forbidden', { argv: ['kubectl'], exit: 1, lastLines: [] });
    return world;
  }

  test.each<[title: string, world: Parameters<typeof where>[0], outcome: string, reason: string]>([
    ['all well', {}, 'pass', '3 checks passed'],
    ['a warning', { broken: ['/extra'] }, 'pass', '2 checks passed, 1 only warned'],
    ['a failure', { broken: ['/home'] }, 'fail', 'home: status 500, expected 200-299'],
    [
      'a failure and a warning',
      { broken: ['/home', '/extra'] },
      'fail',
      'home: status 500, expected 200-299',
    ],
    [
      'two failures',
      { broken: ['/home', '/inside'] },
      'fail',
      'home: status 500, expected 200-299, and 1 more',
    ],
    [
      'one that could not be asked',
      { closed: true },
      'inconclusive',
      'inside: service/shop:80: could not be asked: forbidden',
    ],
    [
      'one that could not be asked, and a failure: that one is known',
      { closed: true, broken: ['/home'] },
      'fail',
      'home: status 500, expected 200-299, and 1 more',
    ],
  ])('%s', async (_, given, outcome, reason) => {
    expect(await where(given).run(checks, short)).toMatchObject({ outcome, reason });
  });

  test('what could be asked in the end counts, whatever came before', async () => {
    const world = new World();
    world.refuse = () =>
      world.elapsed < 3_000 ? new ToolError('no API', { argv: [], exit: 1, lastLines: [] }) : undefined;
    expect(await world.run(checks)).toMatchObject({ outcome: 'pass' });
  });
});

describe('through a forward', () => {
  test('HTTP keeps its name and path; TCP is connected to the near end', async () => {
    const world = new World();
    await world.run('- {http: /health, via: service/shop:80}\n- {tcp: "db:5432", via: pod/db-0:5432}');
    expect(world.forwards).toEqual(['prod/service/shop:80', 'prod/pod/db-0:5432']);
    expect(Object.fromEntries(world.asked.map(({ path, resolve }) => [path, resolve]))).toEqual({
      '/health': '127.0.0.1:40001',
      '/tcp': '127.0.0.1:40002',
    });
    expect(world.closed).toBe(1);
  });

  test('opening it takes of the time of the attempt', async () => {
    const world = new World();
    const { forwards } = world.all;
    world.ports = {
      forwards: {
        open: async (via, options) => {
          await world.clock.sleep(700);
          return forwards.open(via, options);
        },
        close: async () => {},
      },
    };
    await world.run('- {http: /, via: service/shop:80, timeout: 3s}');
    expect(world.asked.map(({ timeout }) => timeout)).toEqual([2_300]);
  });

  test('a Service with nothing behind it is borne for half a minute, and named', async () => {
    const world = new World();
    world.refuse = () => new ProbeFailure('connect', 'NO_ENDPOINTS', 'timed out');
    expect(await world.run('- {http: /, via: service/shop:80, name: home}')).toMatchObject({
      outcome: 'fail',
      reason: expect.stringMatching(/^home: service\/shop:80: nothing is behind the Service/) as unknown,
    });
    expect(world.elapsed).toBe(30_000);
  });

  test('without kubectl nobody waits for the deadline', async () => {
    const world = new World();
    world.refuse = () =>
      new ToolError('kubectl was not found on PATH', { argv: ['kubectl'], exit: 'ENOENT', lastLines: [] });
    expect(await world.run('- {http: /, via: service/shop:80}')).toMatchObject({ outcome: 'inconclusive' });
    expect(world.elapsed).toBe(10_000);
  });
});

describe('TCP and TLS', () => {
  test('connected is enough', async () => {
    expect(await new World().run('- tcp: "db:5432"')).toMatchObject({ outcome: 'pass' });
  });

  test('refused', async () => {
    const world = new World();
    world.reply = () => ({ fails: 'ECONNREFUSED' });
    expect(await world.run('- {tcp: "db:5432", name: db}', short)).toMatchObject({
      reason: expect.stringMatching(/^db: db:5432: the connection is refused/) as unknown,
    });
  });

  test.each([
    [15, 'pass'],
    [13, 'fail'],
  ])('a certificate for %s more days, 14 expected: %s', async (days, outcome) => {
    const world = new World();
    world.reply = () => ({ certificate: { validTo: world.clock.now() + days * 86_400_000 } });
    expect(await world.run('- {tls: "shop:443", valid-for: 14d}', short)).toMatchObject({ outcome });
  });
});

describe('a command', () => {
  const check = '- {command: [psql, -c, select 1], name: db, exit-code: 3, output: [1 row, /done/]}';

  test.each<[title: string, exit: Partial<Exit>, reason: string]>([
    ['as expected, on either stream', { status: 3, stdout: '(1 row)', stderr: 'done' }, '1 check passed'],
    ['another exit code', { status: 0, stdout: '1 row done' }, 'db: exit 0, expected 3'],
    ['ended by a signal', { status: 'SIGSEGV', stdout: '1 row done' }, 'db: exit SIGSEGV, expected 3'],
    ['another output', { status: 3, stdout: '1 row' }, 'db: the output does not match /done/'],
    ['too long', { status: 'SIGINT', timedOut: true }, 'db: it had not ended after 250 ms'],
  ])('%s', async (_, exit, reason) => {
    const world = new World();
    world.exit = exit;
    expect(await world.run(check, short)).toMatchObject({ reason });
  });

  test('what it wrote is kept, bounded', async () => {
    const world = new World();
    world.exit = { status: 1, stderr: `no such table${'.'.repeat(5_000)}` };
    const { checks } = await world.run(check, short);
    expect(checks[0]?.miss?.excerpt).toMatch(/^no such table\.{487}…$/);
  });

  test('a program that is not there says nothing of the service', async () => {
    const world = new World();
    world.exit = new ToolError('psql was not found on PATH', { argv: [], exit: 'ENOENT', lastLines: [] });
    expect(await world.run(check)).toMatchObject({
      outcome: 'inconclusive',
      reason: 'db: psql was not found on PATH; waiting will not mend it',
    });
    expect(world.elapsed).toBe(10_000);
  });
});
