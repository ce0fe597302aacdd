import { TargetError } from '../../domain/errors.ts';
import { readRevision, rewriteInfo } from '../../domain/helm/payload.ts';
import type { RevisionTruth } from '../../domain/helm/payload.ts';
import type { KubeObject, ReleaseRef, ResourceType } from '../../domain/kubernetes.ts';
import { isRefusal } from '../../domain/refusal.ts';
import type { ReleaseHistory } from '../../ports/helm.ts';
import type { Kube } from '../../ports/kube.ts';
import { decodePayload, encodePayload } from './storage.ts';

const secrets: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'secrets',
  kind: 'Secret',
  namespaced: true,
};

/** In characters; what Helm 4 allows for a rollback. */
const longestDescription = 256;
const attempts = 3;

/**
 * The ReleaseHistory port over Helm's own Secrets, `sh.helm.release.v1.<release>.v<revision>`. `driver` is the
 * runner's HELM_DRIVER: anything but Helm's default keeps its history elsewhere, and is refused.
 */
export function releaseHistory(kube: Kube, driver: string | undefined): ReleaseHistory {
  return {
    async list(release) {
      refuseOtherDrivers(driver, release);
      return labelled(kube, release);
    },
    async read(release, revision) {
      refuseOtherDrivers(driver, release);
      const secret = await kube.get(secrets, release.namespace, secretName(release, revision));
      return secret === undefined ? undefined : readRevision(await payloadOf(secret, release));
    },
    async writeBack(release, truth) {
      refuseOtherDrivers(driver, release);
      await again(() => tell(kube, release, truth));
    },
    async mark(release, revision, status) {
      refuseOtherDrivers(driver, release);
      await again(async () => rewrite(kube, release, await find(kube, release, revision), { status }));
    },
    async forget(release, revision) {
      refuseOtherDrivers(driver, release);
      await again(() => takeAway(kube, release, revision));
    },
  };
}

/** Only as it was read: a helm that is still at work may let it stand at this moment. */
async function takeAway(kube: Kube, release: ReleaseRef, revision: number): Promise<void> {
  const name = secretName(release, revision);
  const secret = await kube.get(secrets, release.namespace, name);
  if (secret === undefined) return;
  const { uid, resourceVersion, labels } = secret.metadata;
  const status = labels?.['status'] ?? '';
  if (!/^(pending-|failed$)/.test(status))
    throw new TargetError(`revision ${revision} is ${status}: it stays in Helm's history`, {
      subject: describe(release),
      remedy: 'look at it with helm history: somebody else works on it',
    });
  const asRead = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  await kube.delete(secrets, release.namespace, name, asRead);
}

/** Somebody who writes the same Secret at the same moment is faster once or twice, not for ever. */
async function again(write: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (!isRefusal(error, 409) || attempt === attempts) throw error;
    }
  }
}

/** Newest first, by the labels that Helm itself selects by. */
async function labelled(
  kube: Kube,
  { name, namespace }: ReleaseRef,
): Promise<{ revision: number; status: string }[]> {
  const labelSelector = `owner=helm,name=${name}`;
  const found = await kube.list({ resource: secrets, namespace, labelSelector, metadataOnly: true });
  return found
    .map((secret) => ({
      revision: Number(secret.metadata.labels?.['version']),
      status: secret.metadata.labels?.['status'] ?? '',
    }))
    .sort((a, b) => b.revision - a.revision);
}

/**
 * The restored revision is written first: killed in between, two revisions are `deployed`, and Helm takes the
 * newer one, as before. The other way round none would be, and pruning would take the good one.
 */
async function tell(
  kube: Kube,
  release: ReleaseRef,
  { failed, reason, restored }: { failed: number; reason: string; restored?: number },
): Promise<void> {
  const [newest] = await labelled(kube, release);
  if ((newest?.revision ?? failed) > failed) {
    throw new TargetError(
      `revision ${newest?.revision} appeared after ${failed}: somebody else works on it`,
      {
        subject: describe(release),
        remedy: "Helm's history is left as it is; look at it with helm history",
      },
    );
  }
  const [bad, good] = await Promise.all([
    find(kube, release, failed),
    restored === undefined ? undefined : find(kube, release, restored),
  ]);
  if (good !== undefined) await rewrite(kube, release, good, { status: 'deployed' });
  const description = reason.slice(0, longestDescription).toWellFormed();
  await rewrite(kube, release, bad, { status: 'failed', description });
}

async function find(kube: Kube, release: ReleaseRef, revision: number): Promise<KubeObject> {
  const secret = await kube.get(secrets, release.namespace, secretName(release, revision));
  if (secret !== undefined) return secret;
  throw new TargetError(`revision ${revision} is not in Helm's history`, {
    subject: describe(release),
    remedy: 'look at it with helm history; history-max may be too small',
  });
}

/** Replaces the Secret as it was read: the API refuses when it has changed since (resourceVersion). */
async function rewrite(
  kube: Kube,
  release: ReleaseRef,
  secret: KubeObject,
  truth: RevisionTruth,
): Promise<void> {
  const payload = await payloadOf(secret, release);
  const edited = rewriteInfo(payload, truth);
  if (edited === payload && secret.metadata.labels?.['status'] === truth.status) return;
  await kube.replace(secrets, release.namespace, {
    ...secret,
    metadata: { ...secret.metadata, labels: { ...secret.metadata.labels, status: truth.status } },
    data: { ...(secret['data'] as object), release: await encodePayload(edited) },
  });
}

async function payloadOf(secret: KubeObject, release: ReleaseRef): Promise<string> {
  try {
    return await decodePayload((secret['data'] as { release?: string } | undefined)?.release ?? '');
  } catch (error) {
    throw new TargetError(
      `Secret ${secret.metadata.name} holds no Helm release that can be read`,
      {
        subject: describe(release),
        remedy: 'look at it with helm history; delete the Secret if helm cannot read it either',
      },
      { cause: error },
    );
  }
}

function refuseOtherDrivers(driver: string | undefined, release: ReleaseRef): void {
  if (driver === undefined || ['', 'secret', 'secrets'].includes(driver)) return;
  throw new TargetError(`Helm's history is kept by HELM_DRIVER=${driver}, where it cannot be corrected`, {
    subject: describe(release),
    remedy: "unset HELM_DRIVER: Helm's default (secret) is the only one that is supported",
  });
}

const secretName = ({ name }: ReleaseRef, revision: number): string =>
  `sh.helm.release.v1.${name}.v${revision}`;

const describe = ({ name, namespace }: ReleaseRef): string => `release ${name} in namespace ${namespace}`;
