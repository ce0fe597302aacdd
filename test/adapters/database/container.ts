/** What every engine promises in a container of a real Docker engine, whose image has its tools. */
import { execFile } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Locator } from '../../../lib/domain/database/locator.ts';
import { TargetError } from '../../../lib/domain/errors.ts';
import type { Database } from '../../../lib/ports/database.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';
import { collect } from '../../support/bytes.ts';
import { serverInContainer } from '../../support/databases/container.ts';
import type { ServerInContainer } from '../../support/databases/container.ts';
import type { ServedEngine } from '../../support/databases/engines.ts';
import { descendants, nameOf } from '../../support/process-tree.ts';
import { until } from '../../sandbox-parts/running.ts';
import { toolPath } from '../../sandbox-parts/tools.ts';
import { noFiles } from '../../support/private-files.ts';
import { order, readAround, roundTrip, rowsOf } from './round-trip.ts';

/** Who comes in, where it is not who the container's environment names. */
export type As = Pick<Locator, 'user' | 'password'>;
export type InContainer = (database: string, as?: As) => Promise<Database>;

/** The tests; what is returned is for more of them. */
export function containerContract(engine: ServedEngine, byDefault: As = {}): InContainer {
  let server: ServerInContainer;
  beforeAll(async () => {
    await toolPath('keeper');
    server = await serverInContainer(engine, 'shop-db');
    await server.makeShop({ seed: 5, rows: 20_000 });
    await server.sql(engine.before, 'CREATE DATABASE target');
  }, 600_000);
  afterAll(() => server.stop(), 240_000);

  const within = (container: string, database: string, as: As): Promise<Database> => {
    const env = { PATH: process.env['PATH'] ?? '', DOCKER_HOST: server.address };
    const place = { kind: 'docker', container } as const;
    const ports = { files: noFiles, spawn: processSpawn(env), stream: processStreams(env) };
    return engine.connect({ engine: engine.engine, place, database, ...as }, ports);
  };
  const inContainer: InContainer = (database, as = byDefault) => within(server.container, database, as);
  const { dumpTool } = engine;

  test('dumped in a container, by its own tools and as its own user, and restored in it', async () => {
    const { contents } = await roundTrip(await inContainer('shop'), await inContainer('target'));
    expect(rowsOf(contents, engine.orders)).toBe(20_000);
  }, 240_000);

  test('a dump tool that is killed in the container makes no dump', async () => {
    const dump = await (await inContainer('shop')).dump(order);
    const reading = readAround(dump, async () => {
      const { stdout } = await promisify(execFile)('pgrep', ['-x', dumpTool]);
      const pids = stdout.trim().split('\n').map(Number);
      for (const pid of pids) if (isInContainer(pid)) process.kill(pid, 'SIGKILL');
    });
    await expect(reading).rejects.toThrow(`${dumpTool} failed`);
    await dump.close();
  }, 240_000);

  test('a docker client that is killed leaves no dump tool in the container', async () => {
    const dump = await (await inContainer('shop')).dump(order);
    for await (const _ of dump.bytes) break;
    await dump.close();
    const programs = (): Promise<string> => server.docker('top', server.container);
    await until('no dump tool is left', async () => !(await programs()).includes(dumpTool));
  }, 240_000);

  test('the lock of a docker client that is killed is free again', async () => {
    const shop = await inContainer('shop');
    const dump = await shop.dump({ ...order, lock: { wait: 0 } });
    await expect(shop.dump({ ...order, lock: { wait: 0 } })).rejects.toThrow('another backup');
    // The engine is a descendant too, and all that runs in its containers.
    for (const pid of descendants(process.pid)) if (nameOf(pid) === 'docker') process.kill(pid, 'SIGKILL');
    const next = await shop.dump({ ...order, lock: { wait: 60_000 } });
    await collect(next.bytes);
    await next.close();
    await dump.close();
    await Promise.allSettled([dump.contents]); // they may have been read before
  }, 240_000);

  test('free disk is told from inside', async () => {
    expect(await (await inContainer('shop')).freeBytes()).toBeGreaterThan(1_000_000);
  });

  test('no such container', async () => {
    const probe = (await within('nothing', 'shop', byDefault)).probe();
    await expect(probe).rejects.toThrow(TargetError);
    await expect(probe).rejects.toThrow('there is no container nothing');
  });

  return inContainer;
}

/** Other databases of this machine may be dumped meanwhile. */
const isInContainer = (pid: number): boolean =>
  readlinkSync(`/proc/${pid}/ns/mnt`) !== readlinkSync('/proc/self/ns/mnt');
