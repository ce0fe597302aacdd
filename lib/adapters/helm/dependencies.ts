import { cp, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ChartAccess } from '../../domain/chart.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import { ConfigurationError } from '../../domain/errors.ts';
import { dependencyArgv } from './argv.ts';
import { missingDependencies } from './chart-files.ts';
import type { Dependency } from './chart-files.ts';
import type { FetchOptions } from './charts.ts';
import { failed } from './command.ts';
import { explainFetch } from './explain-fetch.ts';
import { isLoopback, writeLogin, writeRepositories } from './sources.ts';

const timeout: Milliseconds = 300_000;

/**
 * Fetches what charts/ lacks into the copy of a chart: exactly what Chart.lock says where there is one. `root` is
 * the folder under which the copy stands at the original's full path.
 */
export async function fetchDependencies(
  { original, chart, root }: { original: string; chart: string; root: string },
  access: ChartAccess,
  transport: { caFile?: string },
  options: FetchOptions,
): Promise<void> {
  const missing = await missingDependencies(chart);
  await Promise.all(missing.map((dependency) => copyLocal(dependency, original, root)));
  const hosts = [...new Set(missing.map(hostOf).filter((host) => host !== undefined))];
  if (access.username !== undefined && hosts.length > 1) {
    throw new ConfigurationError([
      {
        input: 'chart-username',
        problem: `belongs to one host, and the dependencies come from ${hosts.join(', ')}: commit charts/ instead`,
      },
    ]);
  }
  const urls = [
    ...new Set(missing.map(({ repository }) => repository).filter((url) => /^https?:/.test(url))),
  ];
  await writeRepositories(
    urls.map((url, i) => ({ name: `dependency-${i}`, url, ...access, ...transport })),
    options.home,
  );
  const registry = missing.find(({ repository }) => repository.startsWith('oci://'));
  const registryHost = registry && hostOf(registry);
  if (registryHost !== undefined) await writeLogin(registryHost, access, options);

  const locked = await exists(join(chart, 'Chart.lock'), join(chart, 'requirements.lock'));
  const order = { plainHttp: registryHost !== undefined && isLoopback(registryHost), ...transport };
  const argv = dependencyArgv(locked ? 'build' : 'update', chart, order);
  const exit = await options.helm.run(argv, {
    timeout,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  if (exit.status !== 0) {
    throw (
      explainFetch(`${exit.stdout}\n${exit.stderr}`, `dependencies of chart ${original}`) ??
      failed(argv, exit)
    );
  }
}

/** A dependency from `file://` is read, never written, but helm looks for it from where the copy stands. */
async function copyLocal({ repository }: Dependency, original: string, root: string): Promise<void> {
  if (!repository.startsWith('file://')) return;
  const path = repository.slice('file://'.length);
  if (path.startsWith('/')) return;
  const from = resolve(original, path);
  await cp(from, join(root, from), { recursive: true });
}

function hostOf({ repository }: Dependency): string | undefined {
  return /^(?:https?|oci):\/\//.test(repository) && URL.canParse(repository)
    ? new URL(repository).host
    : undefined;
}

async function exists(...files: readonly string[]): Promise<boolean> {
  const found = await Promise.all(
    files.map((file) =>
      stat(file).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
