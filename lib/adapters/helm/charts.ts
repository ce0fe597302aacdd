import { cp, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Chart, ChartAccess, ChartSource } from '../../domain/chart.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import { ConfigurationError, TargetError } from '../../domain/errors.ts';
import type { HelmVersion } from '../../ports/helm.ts';
import type { Exit, Spawn } from '../../ports/process.ts';
import { pullArgv, repoUpdateArgv } from './argv.ts';
import type { PullOrder } from './argv.ts';
import { unpack } from './chart-files.ts';
import { failed } from './command.ts';
import type { Reading } from './default-values.ts';
import type { HelmCommand } from './command.ts';
import { fetchDependencies } from './dependencies.ts';
import { explainFetch } from './explain-fetch.ts';
import { parseDigest } from './parse.ts';
import { readChart } from './read-chart.ts';
import { isLoopback, writeLogin, writeRepositories } from './sources.ts';
import { has, needed } from './version.ts';

export interface FetchOptions {
  readonly helm: HelmCommand;
  readonly version: () => Promise<HelmVersion>;
  readonly home: string;
  readonly workspace: string;
  readonly spawn: Spawn;
  readonly dependencyUpdate: boolean;
  readonly registryConfig?: string;
  readonly signal?: AbortSignal;
}

const fetchTimeout: Milliseconds = 300_000;
const repository = 'slipway';

/**
 * Brings a chart to this runner and reads what it is. Credentials travel in 0600 files of the step. Throws
 * TargetError for an unknown chart or version, refused credentials, an untrusted certificate.
 */
export async function fetchChart(
  source: ChartSource,
  access: ChartAccess,
  options: FetchOptions,
): Promise<Chart> {
  await mkdir(options.home, { recursive: true, mode: 0o700 });
  const caFile = await writeCa(access, options.home);
  const transport = caFile === undefined ? {} : { caFile };
  if (source.kind === 'path') {
    return fromPath(resolve(options.workspace, source.path), access, transport, options);
  }
  return source.kind === 'oci'
    ? fromRegistry(source, access, transport, options)
    : fromRepository(source, access, transport, options);
}

async function fromRepository(
  source: Extract<ChartSource, { kind: 'repository' }>,
  access: ChartAccess,
  transport: { caFile?: string },
  options: FetchOptions,
): Promise<Chart> {
  await writeRepositories([{ name: repository, url: source.url, ...access, ...transport }], options.home);
  const subject = `chart ${source.name} in ${source.url.replace(/\/\/[^/@]*@/, '//')}`; // without user:password@
  await succeed(repoUpdateArgv(repository, await options.version()), subject, options);
  const ref = `${repository}/${source.name}`;
  return pulled({ ref, plainHttp: false, ...pinned(source.version), ...transport }, subject, options);
}

async function fromRegistry(
  source: Extract<ChartSource, { kind: 'oci' }>,
  access: ChartAccess,
  transport: { caFile?: string },
  options: FetchOptions,
): Promise<Chart> {
  if (source.digest !== undefined) checkDigestSupport(source.ref, await options.version());
  const host = new URL(source.ref).host;
  await writeLogin(host, access, options);
  const ref = source.digest === undefined ? source.ref : `${source.ref}@${source.digest}`;
  const pull = { ref, plainHttp: isLoopback(host), ...pinned(source.version), ...transport };
  const chart = await pulled(pull, `chart ${ref}`, options);
  if (source.digest !== undefined && chart.digest !== source.digest) {
    throw new TargetError(
      `the registry gave ${chart.digest || 'a chart without a digest'}, not what was asked`,
      {
        subject: `chart ${ref}`,
        remedy: 'push the chart again, or name the digest that is there',
      },
    );
  }
  return chart;
}

function checkDigestSupport(ref: string, version: HelmVersion): void {
  if (has(version, 'chart by digest')) return;
  const problem = `a chart by digest needs ${needed('chart by digest')}; ${version.text} is on PATH`;
  throw new ConfigurationError([{ input: 'chart', value: ref, problem }]);
}

async function pulled(
  order: Omit<PullOrder, 'into'>,
  subject: string,
  options: FetchOptions,
): Promise<Chart> {
  const into = await mkdtemp(join(options.home, 'chart-'));
  const exit = await succeed(pullArgv({ ...order, into }), subject, options);
  const [archive] = (await readdir(into)).filter((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw failed(pullArgv({ ...order, into }), exit);
  const path = join(into, archive);
  const folder = await unpack(path, join(into, 'unpacked'), options.spawn);
  return readChart({ path, folder, digest: parseDigest(`${exit.stdout}\n${exit.stderr}`) }, reading(options));
}

async function fromPath(
  path: string,
  access: ChartAccess,
  transport: { caFile?: string },
  options: FetchOptions,
): Promise<Chart> {
  if (path.endsWith('.tgz')) {
    const folder = await unpack(path, await mkdtemp(join(options.home, 'chart-')), options.spawn);
    return readChart({ path, folder, digest: '' }, reading(options));
  }
  const chart = await readChart({ path, folder: path, digest: '' }, reading(options));
  if (!options.dependencyUpdate || chart.missingDependencies.length === 0) return chart;

  const copy = await copyBeside(path, await mkdtemp(join(options.home, 'source-')));
  await fetchDependencies({ original: path, ...copy }, access, transport, options);
  return readChart({ path: copy.chart, folder: copy.chart, digest: '' }, reading(options));
}

/** The work tree is never written to; the copy keeps its place in the tree, so that `file://../` still leads somewhere. */
async function copyBeside(path: string, root: string): Promise<{ chart: string; root: string }> {
  const chart = join(root, path);
  await cp(path, chart, { recursive: true, filter: (from) => basename(from) !== '.git' });
  return { chart, root };
}

async function succeed(
  argv: readonly string[],
  subject: string,
  { helm, signal }: FetchOptions,
): Promise<Exit> {
  const exit = await helm.run(argv, { timeout: fetchTimeout, ...(signal === undefined ? {} : { signal }) });
  if (exit.status !== 0) throw explainFetch(`${exit.stdout}\n${exit.stderr}`, subject) ?? failed(argv, exit);
  return exit;
}

async function writeCa({ ca }: ChartAccess, home: string): Promise<string | undefined> {
  if (ca === undefined) return undefined;
  const file = join(home, 'chart-ca.pem');
  await writeFile(file, ca, { mode: 0o600 });
  return file;
}

const pinned = (version: string | undefined): { version?: string } =>
  version === undefined ? {} : { version };

const reading = ({ spawn, home }: FetchOptions): Reading => ({ spawn, scratch: home });
