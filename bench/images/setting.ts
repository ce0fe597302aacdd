/** What every measurement shares: two registries, each with a way to it that counts, an engine and the tools. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDistribution } from '../../sandbox/images/distribution.ts';
import { startDocker } from '../../sandbox/images/docker.ts';
import { startRegistryProxy } from '../../sandbox/images/registry-proxy.ts';
import type { RegistryProxy } from '../../sandbox/images/registry-proxy.ts';
import { ensureTools } from '../../sandbox/tools.ts';
import { pushFiveLayers, pushGigabyte } from './image.ts';
import type { Image } from './image.ts';

/** A registry, or the way to one: what image names begin with. */
export interface Ends {
  readonly here: string;
  readonly there: string;
}

export interface Setting {
  readonly direct: Ends;
  /** The same two through proxies that count; slower, so never timed. */
  readonly counted: Ends;
  readonly counters: readonly RegistryProxy[];
  readonly shop: Image;
  readonly heavy: Image;
  /** Of the Docker engine. */
  readonly dockerHost: string;
  /** Where the engine keeps what it has and knows. */
  readonly dockerData: string;
  readonly crane: string;
  readonly buildx: string;
  /** The script of promote. */
  readonly entry: string;
  /** An empty home: no logins of the machine's owner. */
  readonly home: string;
}

/** Opened on the stack, which ends it all. */
export async function openSetting(entry: string, stack: AsyncDisposableStack): Promise<Setting> {
  const home = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  await mkdir(join(home, 'buildx'));
  const { crane, buildx } = await ensureTools(['crane', 'buildx']);
  const here = stack.use(await startDistribution());
  const there = stack.use(await startDistribution());
  const docker = stack.use(await startDocker());
  const [countedHere, countedThere] = [
    stack.use(await startRegistryProxy(here.address)),
    stack.use(await startRegistryProxy(there.address)),
  ];
  return {
    direct: { here: here.address, there: there.address },
    counted: { here: countedHere.address, there: countedThere.address },
    counters: [countedHere, countedThere],
    shop: await pushFiveLayers(here.address),
    heavy: await pushGigabyte(here.address),
    dockerHost: docker.address,
    dockerData: docker.data,
    crane,
    buildx,
    entry,
    home,
  };
}
