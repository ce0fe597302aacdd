import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Chart } from '../../domain/chart.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import { ConfigurationError, ToolError } from '../../domain/errors.ts';
import type { Fault } from '../../domain/errors.ts';
import type { ReleaseRef } from '../../domain/kubernetes.ts';
import { storedSize } from '../../domain/manifest/size.ts';
import { inOrderOfBlame } from '../../domain/order.ts';
import type { Helm, HelmRelease, HelmRun, HelmVersion, ReleaseIntent, RenderRun } from '../../ports/helm.ts';
import type { Exit, RunOptions, Spawn } from '../../ports/process.ts';
import * as argv from './argv.ts';
import { isWithoutItsCrds, parseTemplate } from './before-crds.ts';
import { fetchChart } from './charts.ts';
import { failed, helmCommand } from './command.ts';
import { helmEnvironment } from './environment.ts';
import type { HelmHome } from './environment.ts';
import { explain } from './explain.ts';
import { appliedByClient, parseRelease } from './parse.ts';
import { redact } from './redact.ts';
import { isKnown, oldest, parseVersion } from './version.ts';

export interface HelmOptions {
  readonly home: HelmHome;
  /** Paths of charts start here. */
  readonly workspace: string;
  /** The user's own `helm registry login`, used where no chart-username is given. */
  readonly registryConfig?: string;
  /** Default: `helm`, as found on PATH. */
  readonly program?: string;
}

/** What helm may take beyond its own `--timeout` before it is ended. */
const grace: Milliseconds = 60_000;
const showTimeout: Milliseconds = 60_000;

/** Helm itself says so only after it has recorded a failed revision. */
const nothingToForce: Fault = {
  input: 'force-conflicts',
  value: 'true',
  problem:
    'this release is applied from the client side, as Helm 3 made it, and so has no conflicts: leave it out, or move the release with extra-args: --server-side=true',
};

const compress = promisify(gzip);

/** The Helm port over the helm on PATH, Helm 3 or 4, in an environment of its own. */
export function helmCli(
  spawn: Spawn,
  { home, workspace, registryConfig, program = 'helm' }: HelmOptions,
): Helm {
  const env = helmEnvironment(home);
  const helm = helmCommand(spawn, program, env);
  let known: Promise<HelmVersion> | undefined;
  const version = (): Promise<HelmVersion> =>
    (known ??= readVersion(() => helm.run(argv.versionArgv, { timeout: showTimeout })));

  const succeed = async (
    args: readonly string[],
    release: ReleaseRef,
    within: Milliseconds,
    run: HelmRun = {},
  ): Promise<Exit> => {
    const exit = await helm.run(args, { timeout: within + grace, ...streaming(run) });
    if (exit.status === 0) return exit;
    const subject = `release ${release.name} in namespace ${release.namespace}`;
    throw explain(exit.stderr, subject) ?? failed(args, exit);
  };

  /** The chart brings the kinds that the cluster does not know: rendered without the cluster then. */
  const beforeItsCrds = async (
    error: unknown,
    intent: ReleaseIntent,
    run: RenderRun = {},
  ): Promise<HelmRelease> => {
    const { chart, release, timeout, skipCrds } = intent;
    if (skipCrds || !chart.hasCrds || !isWithoutItsCrds(error, await crds(chart))) throw error;
    const args = argv.templateArgv(intent, await run.kubeVersion);
    const { stdout } = await succeed(args, release, timeout, run);
    return parseTemplate(stdout, intent);
  };

  const crds = async (chart: Chart): Promise<string> => {
    const args = argv.crdsArgv(chart.path);
    const exit = await helm.run(args, { timeout: showTimeout });
    if (exit.status !== 0) throw explain(exit.stderr, `chart ${chart.name}`) ?? failed(args, exit);
    return exit.stdout;
  };

  const checked = async (intent: ReleaseIntent): Promise<HelmVersion> => {
    const found = await version();
    const faults = argv.unsupported(intent, found);
    if (faults.length > 0) throw new ConfigurationError(faults);
    return found;
  };

  return {
    version,
    async chart(source, access, options) {
      return fetchChart(source, access, {
        ...options,
        helm,
        version,
        home: home.path,
        workspace,
        spawn,
        ...(registryConfig === undefined ? {} : { registryConfig }),
      });
    },
    crds,
    async render(intent, run) {
      const supported = checked(intent);
      // A question costs a tenth of a second: only what some Helms refuse waits for the answer.
      if (argv.dependsOnVersion(intent)) await supported;
      const rendering = succeed(argv.renderArgv(intent), intent.release, intent.timeout, run).catch(
        (error: unknown) => beforeItsCrds(error, intent, run),
      );
      const [, rendered] = await inOrderOfBlame([supported, rendering]);
      if ('manifest' in rendered) return rendered;
      const { stdout } = rendered;
      const appliedBy = appliedByClient(stdout) ? 'client' : 'server';
      if (intent.forceConflicts && appliedBy === 'client') throw new ConfigurationError([nothingToForce]);
      const storedBytes = await sizeInStorage(stdout);
      return { ...parseRelease(stdout), storedBytes, validated: true, appliedBy };
    },
    async upgrade(intent, run): Promise<HelmRelease> {
      const { stdout } = await succeed(
        argv.upgradeArgv(intent, await checked(intent)),
        intent.release,
        intent.timeout,
        run,
      );
      return parseRelease(stdout);
    },
    async rollback(release, revision, order, run) {
      await succeed(
        argv.rollbackArgv(release, revision, order, await version()),
        release,
        order.timeout,
        run,
      );
    },
    async uninstall(release, { timeout }, run) {
      await succeed(argv.uninstallArgv(release, timeout, await version()), release, timeout, run);
    },
    async test(release, { timeout }, run = {}) {
      const args = argv.testArgv(release, timeout);
      const exit = await helm.run(args, { timeout: timeout + grace, ...streaming(run) });
      const output = [exit.stdout, exit.stderr]
        .map((text) => text.trim())
        .filter(Boolean)
        .join('\n');
      if (exit.status === 0) return { passed: true, output };
      if (!/^Phase: +Failed/m.test(exit.stdout)) {
        throw (
          explain(exit.stderr, `tests of release ${release.name} in namespace ${release.namespace}`) ??
          failed(args, exit)
        );
      }
      return { passed: false, output };
    },
  };
}

async function readVersion(ask: () => Promise<Exit>): Promise<HelmVersion> {
  const exit = await ask();
  const version = parseVersion(exit.stdout);
  if (version !== undefined && isKnown(version)) return version;
  const found = version?.text ?? (exit.stdout.trim() || 'no version at all');
  throw new ToolError(`helm on PATH says ${found}; Helm ${oldest} or newer is needed, or Helm 4`, {
    argv: ['helm', ...argv.versionArgv],
    exit: exit.status,
    lastLines: exit.stderr.trim().split('\n').slice(-5),
    remedy: 'choose a version with Azure/setup-helm before this step',
  });
}

/** Standard output is JSON for us; what helm says to people is on standard error. */
const streaming = ({ onLine, onWaiting, signal }: HelmRun): RunOptions => ({
  onLine: (line, stream) => {
    if (stream !== 'stderr') return;
    if (beginsToWait.test(line)) onWaiting?.();
    onLine?.(redact(line));
  },
  ...(signal === undefined ? {} : { signal }),
});

/** Said with --debug by both majors when everything is applied (pkg/kube/wait.go), also before hooks are deleted. */
const beginsToWait = /beginning wait for (\d+ )?resources(?! to be deleted)/;

/** Helm stores what it prints, gzipped at the best level and in base64. */
async function sizeInStorage(json: string): Promise<number> {
  const { length } = await compress(json, { level: 9 });
  return storedSize(length);
}
