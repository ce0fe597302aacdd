/** One lane's turn: how long it took, what it held in memory, and whether the digest is the same. */
import { trafficOf } from '../../sandbox/fault-proxy/traffic.ts';
import { Meter } from '../kit/process-cost.ts';
import type { Image } from './image.ts';
import type { Landed, Lane } from './lanes.ts';
import type { Started } from '../kit/run-tool.ts';
import type { Ends, Setting } from './setting.ts';
import { moveOf } from './ways.ts';
import type { Move, WayId } from './ways.ts';

export interface Turn {
  readonly way: WayId;
  readonly lane: Lane['id'];
  readonly sameDigest: boolean;
}

export interface TimedTurn extends Turn {
  readonly round: number;
  /** `shop`: five layers of 20 MB; `heavy`: one of a gigabyte. */
  readonly image: 'shop' | 'heavy';
  readonly wallSeconds: number;
  /** Of the program and its children; of docker that is the client, for the engine is another process. */
  readonly peakMegabytes: number;
  /** In which another run's write of the tag would have been overwritten; ours only. */
  readonly windowMs?: number;
}

/** Through proxies that count, so without a time. */
export interface CountedTurn extends Turn {
  readonly requests: number;
  /** Bodies of requests and answers with blobs, both registries together. */
  readonly blobBytes: number;
  readonly allBytes: number;
}

/** Most is over in a fifth of a second. */
const memoryEvery = 5;

export async function timedTurn(
  lane: Lane,
  way: WayId,
  round: number,
  image: TimedTurn['image'],
  setting: Setting,
): Promise<TimedTurn> {
  await lane.reset?.(setting);
  const move = moveOf(way, setting[image], setting.direct, `${lane.id}-${image}-${round}`);
  let started: Started<Landed> | undefined;
  using meter = new Meter(() => started?.pid() ?? 0, memoryEvery);
  started = await lane.start(move, way, setting);
  const { startedAt, endedAt, tag, windowMs } = await started.ended;
  return {
    way,
    lane: lane.id,
    round,
    image,
    wallSeconds: (endedAt - startedAt) / 1_000,
    peakMegabytes: meter.cost.peakMegabytes,
    sameDigest: await isSame(move, tag, setting.direct, setting.direct, setting[image]),
    ...(windowMs === undefined ? {} : { windowMs }),
  };
}

export async function countedTurn(lane: Lane, way: WayId, setting: Setting): Promise<CountedTurn> {
  await lane.reset?.(setting);
  const { counters, counted, direct, shop } = setting;
  const before = counters.map(({ recorded }) => recorded.length);
  const move = moveOf(way, shop, counted, `${lane.id}-counted`);
  const { tag } = await (await lane.start(move, way, setting)).ended;
  const seen = counters.flatMap(({ recorded }, index) => recorded.slice(before[index]));
  const [all, blobs] = [trafficOf(seen), trafficOf(seen, { path: '/v2/*/blobs/*' })];
  return {
    way,
    lane: lane.id,
    requests: all.requests,
    blobBytes: blobs.sentBytes + blobs.receivedBytes,
    allBytes: all.sentBytes + all.receivedBytes,
    sameDigest: await isSame(move, tag, counted, direct, shop),
  };
}

/** As the registry has it, asked directly. */
async function isSame(
  { target }: Move,
  tag: string,
  used: Ends,
  direct: Ends,
  { digest }: Image,
): Promise<boolean> {
  const registry = target.registry === used.here ? direct.here : direct.there;
  const answer = await fetch(`http://${registry}/v2/${target.repository}/manifests/${tag}`, {
    method: 'HEAD',
    headers: {
      accept: [
        'application/vnd.oci.image.index.v1+json',
        'application/vnd.docker.distribution.manifest.list.v2+json',
        'application/vnd.oci.image.manifest.v1+json',
        'application/vnd.docker.distribution.manifest.v2+json',
      ].join(', '),
    },
  });
  if (answer.status !== 200) throw new Error(`${registry}/${target.repository}:${tag} is not there`);
  return answer.headers.get('docker-content-digest') === digest;
}
