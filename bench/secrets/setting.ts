/** Where the secrets are put, and who will quote them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startFaultProxy } from '../../sandbox/fault-proxy/proxy.ts';
import type { FaultProxy } from '../../sandbox/fault-proxy/proxy.ts';
import { startGitHub } from '../../sandbox/github/server.ts';
import type { GitHub } from '../../sandbox/github/server.ts';
import { pushServiceImage } from '../../sandbox/service/image.ts';
import type { With } from '../../test/e2e/support/step.ts';
import { Place } from '../kit/place.ts';
import type { Env } from '../kit/run-tool.ts';
import { Echo } from './echo.ts';
import { plantedSeeds } from './seeds.ts';
import type { SeedId } from './seeds.ts';

export interface Setting extends AsyncDisposable {
  readonly place: Place;
  readonly proxy: FaultProxy;
  readonly github: GitHub;
  readonly echo: Echo;
  readonly seeds: Readonly<Record<SeedId, string>>;
  readonly image: string;
  readonly env: Env;
  /** What every deploy is given. */
  readonly inputs: With;
  /** A file of the author's, in the repository. */
  readonly valuesFile: string;
}

export async function openSetting(seed: number): Promise<Setting> {
  await using stack = new AsyncDisposableStack();
  const place = stack.use(await Place.open('helm4'));
  const { sandbox } = place.namespace;
  const proxy = stack.use(await startFaultProxy({ url: sandbox.apiUrl, ca: sandbox.ca }));
  const github = stack.adopt(await startGitHub(), (open) => open.close());
  const echo = stack.use(await Echo.open());
  const { pinned } = await pushServiceImage({ registry: sandbox.registry, version: 'v1' });
  // The token that the cluster gave is the seed: another one would not be let in.
  const seeds = { ...plantedSeeds(seed), 'kubeconfig-token': place.identity.token };
  const valuesFile = await writeValues(place, seeds);
  await plantInCluster(place, echo, seeds);
  const rest = stack.move();
  return {
    place,
    proxy,
    github,
    echo,
    seeds,
    valuesFile,
    image: pinned,
    env: { ...place.stepEnv, GITHUB_API_URL: github.url },
    inputs: inputsOf(place, seeds, valuesFile, pinned),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

function inputsOf(place: Place, seeds: Setting['seeds'], valuesFile: string, image: string): With {
  const config = JSON.parse(place.identity.kubeconfig) as { users: object[] };
  config.users.push({ name: 'other', user: { username: 'ada', password: seeds['kubeconfig-other'] } });
  return {
    release: 'vault',
    namespace: place.namespace.name,
    chart: 'bench/secrets/chart',
    kubeconfig: Buffer.from(JSON.stringify(config, null, 2)).toString('base64'),
    'values-files': valuesFile,
    values: {
      plain: {
        key: seeds['values-key'],
        quoted: seeds['values-quoted'],
        exposed: seeds['values-exposed'],
        noted: seeds['values-noted'],
        hook: seeds['hook-log'],
        'hook-basic': seeds['hook-log-basic'],
        app: seeds['app-log'],
        'app-basic': seeds['app-log-basic'],
        'app-escaped': seeds['app-log-escaped'],
      },
      exposed: seeds['values-exposed'],
      noted: seeds['values-noted'],
    },
    images: `image=${image}`,
    diff: 'full',
    timeout: '60s',
    'fail-fast': 'strict',
    'github-token': seeds['github-token'],
  };
}

async function writeValues({ home }: Place, seeds: Setting['seeds']): Promise<string> {
  const folder = join(home, 'values');
  await mkdir(folder);
  const file = join(folder, 'prod.json');
  const values = {
    plain: { file: seeds['values-file'] },
    encoded: { data: seeds['values-file-data'] },
  };
  await writeFile(file, JSON.stringify(values));
  return file;
}

/** The length of the name decides how the bytes of the password fall into base64. */
const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** What the programs say comes from a Secret that is not the chart's: only the values in it are known to the step. */
async function plantInCluster({ namespace }: Place, echo: Echo, seeds: Setting['seeds']): Promise<void> {
  const escaped = seeds['app-log-escaped'];
  const hook = [
    `password ${seeds['hook-log']} accepted`,
    `authorization: ${basic('shop', seeds['hook-log-basic'])}`,
  ];
  const app = [
    `cannot log in with ${seeds['app-log']}`,
    `authorization: ${basic('app', seeds['app-log-basic'])}`,
    `GET /login?password=${encodeURIComponent(escaped)} ${JSON.stringify({ password: escaped })}`,
  ];
  const auth = Buffer.from(`vault:${seeds['pull-secret']}`).toString('base64');
  const docker = { auths: { [echo.host]: { username: 'vault', password: seeds['pull-secret'], auth } } };
  await namespace.create('v1 Secret', 'lines', {
    stringData: { hook: hook.join('\\n'), app: app.join('\\n') },
  });
  await namespace.create('v1 Secret', 'pull', {
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': JSON.stringify(docker) },
  });
}
