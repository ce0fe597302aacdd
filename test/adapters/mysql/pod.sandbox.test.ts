import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { kubeconfigThrough } from '../../../sandbox/fault-proxy/kubeconfig.ts';
import { startFaultProxy } from '../../../sandbox/fault-proxy/proxy.ts';
import { until } from '../../sandbox-parts/running.ts';
import { mariadb } from '../../support/databases/engines.ts';
import { podContract } from '../database/pod.ts';
import { order, readAround } from '../database/round-trip.ts';

podContract(mariadb, (pod) => {
  test('a kubectl exec whose way is cut in the middle leaves no dump tool, and no session of it', async () => {
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
    const sessions = `SELECT count(*) FROM information_schema.PROCESSLIST WHERE db = 'large'`;
    await until('its session is gone', async () => (await server.sql('', sessions)) === '0', 30_000);
    // The image has no ps. What waits for a reader is a process as long as it does.
    const tools = `for each in /proc/[0-9]*/cmdline; do case "$(tee <$each)" in *--quick--ski[p]-lock*) echo $each ;; esac; done 2>/dev/null; :`;
    expect(await server.kubectl('exec', server.pod, '--', 'sh', '-c', tools)).toBe('');
    expect(await server.sql('', 'SELECT 1')).toBe('1');
  }, 180_000);
});
