import { expect, test } from '@jest/globals';
import { releaseHistory } from '../../../lib/adapters/helm/history.ts';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import type { Kube } from '../../../lib/ports/kube.ts';

test('a rollback that comes to stand while it is taken away stays', async () => {
  const as = (status: string, resourceVersion: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'x', uid: 'u', resourceVersion, labels: { status } },
  });
  let now = as('pending-rollback', '1');
  const deleted: unknown[] = [];
  const kube = {
    get: async () => now,
    delete: async (...[, , , asRead]: Parameters<Kube['delete']>) => {
      deleted.push(asRead);
      now = as('deployed', '2');
      throw Object.assign(new Error('modified'), {
        refusal: { status: 409, reason: 'Conflict', message: 'modified' },
      });
    },
  } as unknown as Kube;
  const history = releaseHistory(kube, undefined);
  await expect(history.forget({ name: 'shop', namespace: 'prod' }, 3)).rejects.toThrow(
    "revision 3 is deployed: it stays in Helm's history",
  );
  expect(deleted).toEqual([{ uid: 'u', resourceVersion: '1' }]);
});
