/** backup-db where databases live: in a container of a real Docker engine, and in a pod of the real cluster. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { serverInContainer } from '../support/databases/container.ts';
import { mariadb, postgresql } from '../support/databases/engines.ts';
import { pathWithKubectl, serverInPod } from '../support/databases/pod.ts';
import { until } from '../sandbox-parts/running.ts';
import { identityIn, minimalRole } from './support/identity.ts';
import { TestNamespace } from './support/namespace.ts';
import { startStep } from './support/step.ts';
import type { Ending, With } from './support/step.ts';

let home: string;
let path: string;
let recipient: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-backup-places-'));
  recipient = await identityToRecipient(await generateX25519Identity());
  path = await pathWithKubectl();
}, 600_000);
afterAll(() => rm(home, { recursive: true, force: true }));

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

describe.each([
  { served: postgresql, dump: 'dump.pgdump.zst.age' },
  { served: mariadb, dump: 'dump.sql.zst.age' },
])('$served.engine', ({ served, dump }) => {
  const whole = [dump, 'globals.sql.zst.age', 'manifest.restored.json'];
  const shop = { seed: 9, rows: 20_000 };

  async function backup(inputs: With, env: Readonly<Record<string, string>> = {}): Promise<Ending> {
    const { engine } = served;
    const given = { engine, recipients: recipient, verify: 'restored', database: 'shop', ...inputs };
    const surroundings = { env: { PATH: path, HOME: home, ...env }, secrets: [], commands: '' };
    return (await startStep({ action: 'backup-db', inputs: given, ...surroundings })).ended;
  }

  test('in a container: dumped by its own tools, proven in a container beside it', async () => {
    await using server = await serverInContainer(served, 'shop-db');
    await server.makeShop(shop);
    const folder = join(home, served.engine, 'docker');
    const place = { docker: 'shop-db', destination: `file:${folder}` };
    const done = await backup(place, { DOCKER_HOST: server.address });
    expect(done.result === 'success' ? '' : done.log).toBe('');
    expect(await filesIn(folder)).toEqual(whole);
    expect(done.summary).toContain('restored, and every table compared');
    expect(await server.docker('ps', '--all', '--format', '{{.Names}}')).toBe('shop-db');
  }, 600_000);

  test('in a pod: dumped by its own tools, proven in a pod beside it, with no more than the Role of the README', async () => {
    await using namespace = await TestNamespace.open();
    const { kubeconfig } = await identityIn(namespace, minimalRole('backup-db'));
    const server = await serverInPod(served, {
      kubeconfig: namespace.sandbox.kubeconfig,
      registry: namespace.sandbox.registry,
      namespace: namespace.name,
      env: { PATH: path, HOME: home },
      pod: 'db-0',
      labels: 'app=shop-db',
    });
    await server.makeShop(shop);
    const folder = join(home, served.engine, 'pod');
    const done = await backup({
      kubernetes: { namespace: namespace.name, selector: 'app=shop-db' },
      kubeconfig,
      destination: `file:${folder}`,
    });
    expect(done.result === 'success' ? '' : done.log).toBe('');
    expect(await filesIn(folder)).toEqual(whole);
    expect(done.log).toContain(`started pod ${namespace.name}/`);
    const pods = (): Promise<string> => server.kubectl('get', 'pods', '--output=name');
    await until('the scratch pod is gone', async () => (await pods()) === 'pod/db-0');
  }, 300_000);
});
