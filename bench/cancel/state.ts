/** How the target stands, as an administrator sees it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KubeObject } from '../../lib/domain/kubernetes.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import type { Place } from '../kit/place.ts';
import { release } from './case.ts';

/** One line of `helm history`. */
export interface Revision {
  readonly revision: number;
  readonly status: string;
  readonly description: string;
}

export interface State {
  /** Oldest first. */
  readonly revisions: readonly Revision[];
  readonly records: readonly ReleaseRecord[];
  /** Who holds the Lease; empty when nobody does. */
  readonly holder: string;
  /** What the Deployment asks for; undefined without one. */
  readonly image: string | undefined;
  /** All of it is there, and ready. */
  readonly ready: boolean;
}

export async function stateOf({ namespace, bin, programEnv }: Place): Promise<State> {
  const [secrets, lease, deployment, revisions] = await Promise.all([
    namespace.list('v1 Secret'),
    namespace.get('coordination.k8s.io/v1 Lease', `slipway-${release}`),
    namespace.get('apps/v1 Deployment', release),
    historyOf(join(bin, 'helm'), namespace.name, programEnv),
  ]);
  return {
    revisions,
    records: secrets.flatMap(recordIn).toSorted((a, b) => a.seq - b.seq),
    holder: (lease?.spec as { holderIdentity?: string } | undefined)?.holderIdentity ?? '',
    image: imageOf(deployment),
    ready: deployment !== undefined && isReady(deployment),
  };
}

/** One request: what it says is what was so a moment ago. */
export async function recordOf(seq: number, { namespace }: Place): Promise<ReleaseRecord | undefined> {
  const secret = await namespace.get('v1 Secret', `slipway-${release}-${seq}`);
  return secret === undefined ? undefined : recordIn(secret)[0];
}

/** What the record of the deploy that is broken off says, in short: `applied`, `rejected, undo claimed`. */
export function journalOf(record: ReleaseRecord | undefined): string {
  if (record === undefined) return 'no record';
  const { state, undo } = record;
  return undo === undefined || undo.outcome !== undefined ? state : `${state}, undo claimed`;
}

async function historyOf(helm: string, namespace: string, env: Place['programEnv']): Promise<Revision[]> {
  const argv = ['history', release, '--namespace', namespace, '--output', 'json'];
  try {
    return JSON.parse((await promisify(execFile)(helm, argv, { env: { ...env } })).stdout) as Revision[];
  } catch (error) {
    if ((error as { stderr?: string }).stderr?.includes('not found') === true) return [];
    throw error;
  }
}

function recordIn({ metadata, data }: KubeObject & { readonly data?: Readonly<Record<string, string>> }) {
  if (metadata.labels?.['slipway.dev/seq'] === undefined) return [];
  return [JSON.parse(Buffer.from(data?.['record.json'] ?? '', 'base64').toString('utf8')) as ReleaseRecord];
}

interface DeploymentParts {
  readonly spec: {
    readonly replicas: number;
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly replicas?: number;
  };
}

const imageOf = (deployment: KubeObject | undefined): string | undefined =>
  (deployment as unknown as DeploymentParts | undefined)?.spec.template.spec.containers[0]?.image;

export function isReady(deployment: KubeObject): boolean {
  const { spec, status = {} } = deployment as unknown as DeploymentParts;
  const counts = [status.updatedReplicas, status.readyReplicas, status.replicas];
  return (
    status.observedGeneration === deployment.metadata.generation &&
    counts.every((count) => count === spec.replicas)
  );
}
