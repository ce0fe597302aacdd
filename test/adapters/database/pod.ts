/** What every engine promises in a pod of the real cluster, by the real kubectl. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TargetError } from '../../../lib/domain/errors.ts';
import type { Database } from '../../../lib/ports/database.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';
import type { Sandbox } from '../../../sandbox/client.ts';
import { TestNamespace } from '../../e2e/support/namespace.ts';
import type { ServedEngine } from '../../support/databases/engines.ts';
import { pathWithKubectl, serverInPod } from '../../support/databases/pod.ts';
import type { ServerInPod } from '../../support/databases/pod.ts';
import { noFiles } from '../../support/private-files.ts';
import { order, readAround, restoring, roundTrip, rowsOf } from './round-trip.ts';
import { from } from '../../support/bytes.ts';

const rows = 120_000;

/** For more tests: to be asked while they run. */
export interface Pod {
  readonly home: string;
  readonly namespace: string;
  readonly sandbox: Sandbox;
  readonly server: ServerInPod;
  readonly database: (name: string, by?: { readonly kubeconfig: string }) => Promise<Database>;
}

/** `more` are tests that need the pod alive: the last of these deletes it. */
export function podContract(engine: ServedEngine, more: (pod: () => Pod) => void = () => undefined): void {
  let namespace: TestNamespace;
  let home: string;
  let env: { PATH: string; HOME: string };
  let server: ServerInPod;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'slipway-database-pod-'));
    env = { PATH: await pathWithKubectl(), HOME: home };
    namespace = await TestNamespace.open();
    const { kubeconfig, registry } = namespace.sandbox;
    server = await serverInPod(engine, { kubeconfig, registry, namespace: namespace.name, env, pod: 'db-0' });
    await server.makeShop({ seed: 6, rows });
    await server.sql(engine.before, 'CREATE DATABASE target; CREATE DATABASE large');
    await server.sql('large', engine.largeSql);
  }, 600_000);
  afterAll(async () => {
    await namespace[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  }, 240_000);

  const inPod = (pod: string, database: string, kubeconfig = namespace.sandbox.kubeconfig) =>
    engine.connect(
      {
        engine: engine.engine,
        place: { kind: 'kubernetes', namespace: namespace.name, pod: { name: pod } },
        database,
      },
      {
        files: noFiles,
        spawn: processSpawn(env),
        stream: processStreams(env),
        kubeconfig: { path: kubeconfig },
      },
    );

  test('dumped in a pod and restored in it, and both ends saw the same bytes', async () => {
    const target = await inPod(server.pod, 'target');
    const lock = { wait: 0 };
    const { bytes, contents } = await roundTrip(await inPod(server.pod, 'shop'), target, { lock });
    expect(rowsOf(contents, engine.orders)).toBe(rows);
    await expect(target.restore(from(bytes), restoring)).rejects.toThrow('is not empty');
  }, 240_000);

  test('no such pod', async () => {
    const probe = (await inPod('nothing', 'shop')).probe();
    await expect(probe).rejects.toThrow(TargetError);
    await expect(probe).rejects.toThrow('there is no pod nothing');
  }, 240_000);

  more(() => ({
    home,
    namespace: namespace.name,
    sandbox: namespace.sandbox,
    server,
    database: (name, by) => inPod(server.pod, name, by?.kubeconfig),
  }));

  test('a pod that is deleted in the middle of its dump makes no dump', async () => {
    const dump = await (await inPod(server.pod, 'large')).dump(order);
    // Nobody reads until its containers are gone: what is under way then (tens of MB) is far less than the dump.
    const reading = readAround(dump, () => server.kubectl('delete', 'pod', server.pod, '--wait')).then(
      () => dump.contents,
    );
    await expect(reading).rejects.toThrow();
    await dump.close();
  }, 120_000);
}
