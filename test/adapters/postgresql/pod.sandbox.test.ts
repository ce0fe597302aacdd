import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { kubeconfigThrough } from '../../../sandbox/fault-proxy/kubeconfig.ts';
import { startFaultProxy } from '../../../sandbox/fault-proxy/proxy.ts';
import { postgresql } from '../../support/databases/engines.ts';
import { until } from '../../sandbox-parts/running.ts';
import { podContract } from '../database/pod.ts';
import { order, readAround } from '../database/round-trip.ts';

podContract(postgresql, (pod) => {
  test('a kubectl exec whose way is cut in the middle makes no dump', async () => {
    const { sandbox, server, namespace, home, database } = pod();
    await using proxy = await startFaultProxy({ url: sandbox.apiUrl, ca: sandbox.ca });
    const kubeconfig = join(home, 'kubeconfig');
    const through = kubeconfigThrough(proxy, namespace, { token: sandbox.adminToken.trim() });
    await writeFile(kubeconfig, through, { mode: 0o600 });
    const dump = await (await database('large', { kubeconfig })).dump(order);
    const cut = async (): Promise<void> =>
      proxy.fail({ path: '*', fault: { kind: 'refused' }, milliseconds: 2_000 });
    await expect(readAround(dump, cut).then(() => dump.contents)).rejects.toThrow();
    await dump.close();
    const sessions = `FROM pg_stat_activity WHERE datname = 'large' AND application_name LIKE 'slipway%'`;
    const left = (): Promise<string> => server.sql('postgres', `SELECT count(*) ${sessions}`);
    await until('its sessions are gone', async () => (await left()) === '0', 30_000);
    expect(await server.kubectl('logs', server.pod)).not.toMatch(/terminated by signal/);
  }, 180_000);
});
