import { describe, expect, test } from '@jest/globals';
import { releaseHistory } from '../../../lib/adapters/helm/history.ts';
import { decodePayload } from '../../../lib/adapters/helm/storage.ts';
import { builtInType } from '../../../lib/domain/resource-types.ts';
import type { KubeObject, ResourceType } from '../../../lib/domain/kubernetes.ts';
import type { Kube } from '../../../lib/ports/kube.ts';
import { configMap, helms, openLab } from './lab.ts';
import type { Lab } from './lab.ts';

const secrets = builtInType({ apiVersion: 'v1', kind: 'Secret' }) as ResourceType;
const broken = {
  'templates/bad.yaml':
    'apiVersion: v1\nkind: Service\nmetadata: {name: "bad"}\nspec: {ports: [{port: 0}]}\n',
};

describe.each(helms)('%s', (_, program) => {
  /** Two revisions, the second of which our watcher found wanting. */
  async function twoRevisions(lab: Lab): Promise<void> {
    const chart = await lab.chart(configMap);
    await lab.helm.upgrade(lab.intent(chart, { color: 'red' }));
    await lab.helm.upgrade(lab.intent(chart, { color: 'blue' }));
  }
  const shop = (lab: Lab) => ({ name: 'shop', namespace: lab.namespace });
  const statuses = async (lab: Lab): Promise<Record<number, string>> => {
    const { stdout } = await lab.raw('history', 'shop', '-o', 'json');
    const rows = JSON.parse(stdout) as { revision: number; status: string }[];
    return Object.fromEntries(rows.map(({ revision, status }) => [revision, status]));
  };
  const payload = async (lab: Lab, revision: number): Promise<string> => {
    const secret = await lab.kube.get(secrets, lab.namespace, `sh.helm.release.v1.shop.v${revision}`);
    return decodePayload((secret as { data?: { release?: string } } | undefined)?.data?.release ?? '');
  };
  const truth = { failed: 2, reason: 'slipway: web never became ready', restored: 1 };

  test('history and list tell the truth, and no other byte of the revisions has changed', async () => {
    await using lab = await openLab(program);
    await twoRevisions(lab);
    const before = [await payload(lab, 1), await payload(lab, 2)];

    await lab.history.writeBack(shop(lab), truth);

    const { stdout } = await lab.raw('history', 'shop', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject([
      { revision: 1, status: 'deployed', description: 'Install complete' },
      { revision: 2, status: 'failed', description: truth.reason },
    ]);
    expect(JSON.parse((await lab.raw('list', '-o', 'json')).stdout)).toMatchObject([
      { revision: '2', status: 'failed' },
    ]);
    expect(await payload(lab, 1)).toBe(before[0]?.replace('"status":"superseded"', '"status":"deployed"'));
    expect(await payload(lab, 2)).toBe(
      before[1]
        ?.replace('"status":"deployed"', '"status":"failed"')
        .replace('"description":"Upgrade complete"', `"description":"${truth.reason}"`),
    );
    expect(await lab.history.list(shop(lab))).toEqual([
      { revision: 2, status: 'failed' },
      { revision: 1, status: 'deployed' },
    ]);
    expect(await lab.history.read(shop(lab), 2)).toMatchObject({
      status: 'failed',
      description: truth.reason,
      chart: 'shop',
      chartVersion: '1.2.3',
      manifest: expect.stringContaining('color: "blue"'),
    });
    expect(await lab.history.read(shop(lab), 9)).toBeUndefined();
  });

  test('upgrade goes on from the restored revision', async () => {
    await using lab = await openLab(program);
    await twoRevisions(lab);
    await lab.history.writeBack(shop(lab), truth);
    const chart = await lab.chart(configMap);
    await lab.helm.upgrade(lab.intent(chart, { color: 'green' }));
    expect(await statuses(lab)).toEqual({ 1: 'superseded', 2: 'failed', 3: 'deployed' });
  });

  test('rollback goes to the restored revision, and the reason stays', async () => {
    await using lab = await openLab(program);
    await twoRevisions(lab);
    await lab.history.writeBack(shop(lab), truth);
    await lab.helm.rollback(shop(lab), 1, { timeout: 60_000, wait: 'none' });
    expect(await statuses(lab)).toEqual({ 1: 'superseded', 2: 'failed', 3: 'deployed' });
    expect((await lab.history.read(shop(lab), 2))?.description).toBe(truth.reason);
    expect((await lab.history.read(shop(lab), 3))?.manifest).toContain('color: "red"');
  });

  test.each([
    ['keeps the restored revision', 1, true],
    ['would take it, had it not been restored', undefined, false],
  ])('pruning %s', async (_, restored, kept) => {
    await using lab = await openLab(program);
    await twoRevisions(lab);
    await lab.history.writeBack(shop(lab), {
      failed: 2,
      reason: truth.reason,
      ...(restored === undefined ? {} : { restored }),
    });
    const chart = await lab.chart({ ...configMap, ...broken });
    for (let i = 0; i < 3; i++) {
      await expect(lab.helm.upgrade(lab.intent(chart, {}, { historyMax: 3 }))).rejects.toThrow(
        /the API refuses/,
      );
    }
    expect(Object.keys(await statuses(lab)).includes('1')).toBe(kept);
  });

  test('killed in between, helm goes on as before, and telling again completes it', async () => {
    await using lab = await openLab(program);
    await twoRevisions(lab);
    let writes = 0;
    const dying: Kube = {
      ...lab.kube,
      replace: async (...call) => {
        if (++writes === 2) throw new Error('killed');
        return lab.kube.replace(...call);
      },
    };
    await expect(releaseHistory(dying, undefined).writeBack(shop(lab), truth)).rejects.toThrow('killed');
    expect(await statuses(lab)).toEqual({ 1: 'deployed', 2: 'deployed' });
    expect(JSON.parse((await lab.raw('list', '-o', 'json')).stdout)).toMatchObject([{ revision: '2' }]);

    await lab.history.writeBack(shop(lab), truth);
    expect(await statuses(lab)).toEqual({ 1: 'deployed', 2: 'failed' });
    const versions = async (): Promise<(string | undefined)[]> =>
      (await lab.kube.list({ resource: secrets, namespace: lab.namespace, labelSelector: 'owner=helm' })).map(
        ({ metadata }) => metadata.resourceVersion,
      );
    const told = await versions();
    await lab.history.writeBack(shop(lab), truth);
    expect(await versions()).toEqual(told);
  });

  test('a revision that somebody touched meanwhile is read again', async () => {
    await using lab = await openLab(program);
    await twoRevisions(lab);
    let touched = false;
    const disturbed: Kube = {
      ...lab.kube,
      async list(target) {
        const found = await lab.kube.list(target);
        if (!touched) {
          touched = true;
          const touch = (secret: KubeObject) =>
            lab.kube.patch(secrets, lab.namespace, secret.metadata.name, {
              metadata: { labels: { touched: 'yes' } },
            });
          await Promise.all(found.map(touch));
        }
        return found;
      },
    };
    await releaseHistory(disturbed, undefined).writeBack(shop(lab), truth);
    const secret = await lab.kube.get(secrets, lab.namespace, 'sh.helm.release.v1.shop.v1');
    expect(secret?.metadata.labels).toMatchObject({ status: 'deployed', touched: 'yes' });
  });

  test('nothing is told about a revision that has a successor', async () => {
    await using lab = await openLab(program);
    await twoRevisions(lab);
    await expect(lab.history.writeBack(shop(lab), { failed: 1, reason: 'late' })).rejects.toThrow(
      /revision 2 appeared after 1/,
    );
    expect(await statuses(lab)).toEqual({ 1: 'superseded', 2: 'deployed' });
    await expect(lab.history.writeBack(shop(lab), { ...truth, restored: 7 })).rejects.toThrow(
      /revision 7 is not in Helm's history/,
    );
    expect(await statuses(lab)).toEqual({ 1: 'superseded', 2: 'deployed' });
  });

  test('an upgrade is compared with a failed revision as soon as none is called deployed', async () => {
    await using lab = await openLab(program);
    const chart = await lab.chart(configMap);
    await lab.helm.upgrade(lab.intent(chart, { color: 'red' }));
    const more = { 'templates/more.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n' };
    await lab.helm.upgrade(lab.intent(await lab.chart({ ...configMap, ...more }), { color: 'blue' }));
    await lab.history.writeBack(shop(lab), truth);

    await lab.history.mark(shop(lab), 1, 'superseded');
    await lab.helm.upgrade(lab.intent(chart, { color: 'green' }));
    await lab.history.mark(shop(lab), 2, 'failed');

    // What only the failed one brought is gone: compared with revision 1 it would have stayed.
    const configMaps = builtInType({ apiVersion: 'v1', kind: 'ConfigMap' }) as ResourceType;
    expect(await lab.kube.get(configMaps, lab.namespace, 'more')).toBeUndefined();
    expect(await statuses(lab)).toEqual({ 1: 'superseded', 2: 'failed', 3: 'deployed' });
  });

  test('a revision that never stood can be forgotten, any other is refused', async () => {
    await using lab = await openLab(program);
    await twoRevisions(lab);
    await expect(lab.history.forget(shop(lab), 2)).rejects.toThrow('revision 2 is deployed: it stays');
    await lab.history.writeBack(shop(lab), truth);
    await lab.history.forget(shop(lab), 2);
    await lab.history.forget(shop(lab), 2);
    expect(await statuses(lab)).toEqual({ 1: 'deployed' });
    const chart = await lab.chart(configMap);
    await expect(lab.helm.upgrade(lab.intent(chart, { color: 'green' }))).resolves.toMatchObject({
      revision: 2,
    });
  });
});

test.each(['configmap', 'memory', 'sql'])('HELM_DRIVER=%s is refused', async (driver) => {
  const unused = {} as Kube;
  const history = releaseHistory(unused, driver);
  await expect(history.list({ name: 'shop', namespace: 'x' })).rejects.toThrow(`HELM_DRIVER=${driver}`);
});
