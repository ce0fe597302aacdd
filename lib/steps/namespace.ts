import { TargetError } from '../domain/errors.ts';
import type { ResourceType } from '../domain/kubernetes.ts';
import { describeAccess } from '../domain/permissions.ts';
import { isRefusal } from '../domain/refusal.ts';
import type { Kube } from '../ports/kube.ts';

const namespaces: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};

/**
 * Whether the namespace is there. A Role cannot allow reading the Namespace itself, so a 403 counts as there:
 * the next request into it will say if it is not. Throws TargetError when it is missing and may not be created.
 */
export async function checkNamespace(kube: Kube, name: string, mayCreate: boolean): Promise<boolean> {
  try {
    const found = await kube.get(namespaces, '', name);
    if (found?.metadata.deletionTimestamp !== undefined) {
      throw new TargetError(`namespace ${name} is being deleted`, {
        subject: `Namespace ${name}`,
        remedy: 'wait until it is gone, or see what holds it: kubectl get namespace -o yaml',
      });
    }
    if (found !== undefined || mayCreate) return found !== undefined;
  } catch (error) {
    if (isRefusal(error, 403)) return true;
    throw error;
  }
  throw new TargetError(`namespace ${name} does not exist`, {
    subject: `Namespace ${name}`,
    remedy: 'create it, check the spelling, or set create-namespace: true',
  });
}

/** Throws TargetError when this identity may not create it. */
export async function checkMayCreate(kube: Kube, name: string): Promise<void> {
  const create = { verb: 'create', group: '', resource: 'namespaces' };
  if ((await kube.denied([create])).length === 0) return;
  throw new TargetError(`namespace ${name} does not exist, and this identity may not create it`, {
    subject: `Namespace ${name}`,
    remedy: 'have an administrator create it, or grant it in a ClusterRole',
    details: [['denied', describeAccess(create)]],
  });
}

/** Creates the namespace; somebody else having been faster is fine. */
export async function createNamespace(kube: Kube, name: string): Promise<void> {
  try {
    await kube.create(namespaces, '', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  } catch (error) {
    if (!isRefusal(error, 409)) throw error;
  }
}
