import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiClient } from './api-client.ts';
import { layout, network, nodeName, nodePortCount, type Layout } from './layout.ts';
import { withLock } from './lock.ts';
import { preflight } from './preflight.ts';
import { seconds, type Progress } from './progress.ts';
import { endSandbox, isRunning, readReport, type LaunchConfig } from './running.ts';
import { readStatus, type Status } from './status.ts';
import { ensureTools } from './tools.ts';

const patience = 180_000;

/** Brings the sandbox up, or finds it up; resolves when pods can run. */
export async function up(state: string, progress: Progress): Promise<void> {
  const paths = layout(state);
  if (await isUp(paths)) return progress.say('sandbox', 'is up');
  await preflight(state, progress);
  const tools = await ensureTools(['kube', 'etcd', 'registry', 'hull', 'pause'], progress);
  await withLock(
    state,
    async () => {
      if (await isUp(paths)) return progress.say('sandbox', 'is up');
      await removeOld(paths);
      await start(paths, tools, progress);
    },
    (pid) => progress.say('sandbox', `waiting for process ${pid}, which is at it`),
  );
}

/** Ends all of it and removes its data; the logs stay until the next up. */
export async function down(state: string, progress: Progress): Promise<void> {
  const paths = layout(state);
  await withLock(
    state,
    async () => {
      const running = readReport(paths) !== undefined;
      await removeOld(paths);
      progress.say('sandbox', running ? 'is down' : 'was not up');
    },
    (pid) => progress.say('sandbox', `waiting for process ${pid}, which is at it`),
  );
}

async function isUp(paths: Layout): Promise<boolean> {
  const report = readReport(paths);
  if (!report || !isRunning(report) || !readStatus(paths)?.ready) return false;
  return apiClient(paths, report.ports['api'] ?? 0).answers('/readyz');
}

async function removeOld(paths: Layout): Promise<void> {
  const report = readReport(paths);
  if (report) await endSandbox(report);
  // By name: the directory may be one that the user shares with other things. The report last: it is what an
  // interrupted `down` is repeated from.
  const data = Object.values(paths).filter((path) => ![paths.state, paths.logs, paths.hull].includes(path));
  for (const path of [...data, paths.hull]) rmSync(path, { recursive: true, force: true });
}

async function start(paths: Layout, tools: LaunchConfig['tools'], progress: Progress): Promise<void> {
  rmSync(paths.logs, { recursive: true, force: true });
  for (const path of [paths.configs, paths.logs, paths.podLogs]) mkdirSync(path, { recursive: true });
  const config: LaunchConfig = { tools };
  writeFileSync(paths.config, JSON.stringify(config));
  writeFileSync(paths.hullConfig, JSON.stringify(hullConfig(paths)));

  const began = Date.now();
  const log = openSync(join(paths.logs, 'supervisor.log'), 'a');
  const hull = spawn(tools.hull, ['run', paths.hullConfig], {
    detached: true, // a session of its own, so that Ctrl-C and a closed terminal reach only us
    stdio: ['ignore', log, log],
    env: { ...withoutProxies(process.env), PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
  });
  let ended = false;
  hull.once('error', () => (ended = true)).once('exit', () => (ended = true));
  hull.unref();

  const undo = once(async () => {
    if (!readReport(paths)) hull.kill('SIGKILL');
    await removeOld(paths);
  });
  const interrupted = () => void undo().then(() => process.exit(130));
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  try {
    await untilReady(paths, progress, () => ended);
    progress.say('sandbox', `is up, ${seconds(Date.now() - began)} after its start`);
  } catch (error) {
    await undo();
    throw error;
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}

function hullConfig({ state, hull, configs, podLogs }: Layout) {
  const file = (target: string, name: string, write: string) => ({
    source: join(configs, name),
    target,
    write,
  });
  // The kubelet sets these for the whole machine unless it reads that they are so already.
  const expected = {
    'vm/overcommit_memory': '1',
    'kernel/panic': '10',
    'kernel/panic_on_oops': '1',
    'kernel/keys/root_maxkeys': '1000000',
    'kernel/keys/root_maxbytes': '25000000',
  };
  return {
    name: `slipway-${createHash('sha256').update(state).digest('hex').slice(0, 8)}`,
    hostname: nodeName,
    report: hull,
    command: [process.execPath, join(import.meta.dirname, 'supervisor.ts'), state],
    mounts: [
      { target: '/run' },
      { source: podLogs, target: '/var/log' },
      { source: join(configs, 'cni-results'), target: '/var/lib/cni' },
      file('/etc/hosts', 'hosts', `127.0.0.1 localhost\n${network.node} ${nodeName}\n`),
      file('/etc/resolv.conf', 'resolv.conf', 'nameserver 127.0.0.1\n'),
      ...Object.entries(expected).map(([name, value]) =>
        file(`/proc/sys/${name}`, name.replaceAll('/', '.'), `${value}\n`),
      ),
    ],
    forward: { single: ['api', 'registry'], block: nodePortCount },
    blockHost: network.node,
  };
}

/** There is no way out of the sandbox, so a proxy of the machine must not be tried. */
function withoutProxies(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(https?|all|no)_proxy$/i.test(name)));
}

async function untilReady(paths: Layout, progress: Progress, ended: () => boolean): Promise<void> {
  const said = new Set<string>();
  const deadline = Date.now() + patience;
  let status: Status | undefined;
  while (!status?.ready) {
    if (ended()) throw new Error(`sandbox: it ended while starting\n${tail(paths, 'supervisor')}`);
    if (Date.now() > deadline) throw new Error(notReady(paths, status));
    await sleep(50);
    status = readStatus(paths);
    for (const { name, readyAfterMs, restarts, lastEnd } of status?.parts ?? []) {
      const news = [
        ...(readyAfterMs === undefined ? [] : [`answers after ${seconds(readyAfterMs)}`]),
        ...(lastEnd ? [`${lastEnd}, starting it again (${restarts}); npm run sandbox -- logs ${name}`] : []),
      ];
      for (const what of news.filter((what) => !said.has(name + what))) {
        said.add(name + what);
        progress.say(name, what);
      }
    }
  }
}

function notReady(paths: Layout, status: Status | undefined): string {
  const late = status?.parts.find(({ state }) => state !== 'ready')?.name ?? 'kubelet';
  return `sandbox: not ready after ${seconds(patience)}; ${late} is what it waits for\n${tail(paths, late)}`;
}

function tail(paths: Layout, part: string): string {
  const text = readFileSync(join(paths.logs, `${part}.log`), 'utf8');
  return text.trimEnd().split('\n').slice(-15).join('\n');
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
