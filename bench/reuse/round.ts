/** One lane's turn: how long it took, and which digest came out. */
import { trafficOf } from '../../sandbox/fault-proxy/traffic.ts';
import type { Lane } from './lanes.ts';
import type { Setting } from './setting.ts';

export interface Turn {
  readonly lane: Lane['id'];
  /** As the registry has it, asked directly. */
  readonly digest: string;
}

export interface TimedTurn extends Turn {
  readonly round: number;
  readonly wallSeconds: number;
}

/** Through a proxy that counts, so without a time. */
export interface CountedTurn extends Turn {
  readonly requests: number;
  /** Of layers and configs that were sent. */
  readonly pushedBytes: number;
}

/** Each its own, so that none finds what another has pushed. */
const repositoryOf = ({ id }: Lane): string => `team/${id}`;

export async function timedTurn(lane: Lane, round: number, setting: Setting): Promise<TimedTurn> {
  const { startedAt, endedAt, tag } = await lane.make(
    `${setting.registry}/${repositoryOf(lane)}`,
    round,
    setting,
  );
  const digest = await digestOf(lane, tag, setting);
  return { lane: lane.id, round, wallSeconds: (endedAt - startedAt) / 1_000, digest };
}

export async function countedTurn(lane: Lane, setting: Setting): Promise<CountedTurn> {
  const { counter } = setting;
  const before = counter.recorded.length;
  const { tag } = await lane.make(`${counter.address}/${repositoryOf(lane)}`, 0, setting);
  const seen = counter.recorded.slice(before);
  return {
    lane: lane.id,
    requests: trafficOf(seen).requests,
    pushedBytes: trafficOf(seen, { path: '/v2/*/blobs/*' }).sentBytes,
    digest: await digestOf(lane, tag, setting),
  };
}

async function digestOf(lane: Lane, tag: string, { registry }: Setting): Promise<string> {
  const url = `http://${registry}/v2/${repositoryOf(lane)}/manifests/${tag}`;
  const types = ['index', 'manifest'].map((kind) => `application/vnd.oci.image.${kind}.v1+json`);
  const answer = await fetch(url, { method: 'HEAD', headers: { accept: types.join(', ') } });
  const digest = answer.headers.get('docker-content-digest');
  if (answer.status !== 200 || digest === null) throw new Error(`${url} is not there: ${answer.status}`);
  return digest;
}
