import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxEnv } from './client.ts';
import { down, up } from './launch.ts';
import { layout, stateDirectory } from './layout.ts';
import { checkOwnCluster, ownCluster } from './own-cluster.ts';
import { seconds, startProgress } from './progress.ts';
import { isRunning, readReport } from './running.ts';
import { readStatus } from './status.ts';
import { isToolName, tools } from './tool-list.ts';
import { ensureTools, findTool } from './tools.ts';

/** Each verb takes its arguments and gives the exit code. */
type Command = (args: readonly string[]) => Promise<number>;

const state = stateDirectory(process.env);
const paths = layout(state);

const noOwnCluster = (): void => {
  if (ownCluster(process.env))
    throw new Error('sandbox: SLIPWAY_KUBECONFIG is set, so there is no sandbox of ours here');
};

export const commands: Readonly<Record<string, Command>> = {
  async up() {
    if (ownCluster(process.env)) await checkOwnCluster(process.env, startProgress());
    else await up(state, startProgress());
    return 0;
  },

  async status() {
    noOwnCluster();
    const report = readReport(paths);
    if (!report || !isRunning(report)) {
      console.log(`down (${report ? 'it crashed: `up` and `down` clean up after it' : state})`);
      return 1;
    }
    const status = readStatus(paths);
    console.log(`${status?.ready ? 'up' : 'starting'}  pid ${report.pid}  ${state}`);
    for (const { name, state, readyAfterMs, restarts, lastEnd } of status?.parts ?? []) {
      const when = readyAfterMs === undefined ? '' : `after ${seconds(readyAfterMs)}`;
      const again = restarts === 0 ? '' : `, started again ${restarts} times (${lastEnd})`;
      console.log(`  ${name.padEnd(24)} ${state.padEnd(8)} ${when}${again}`);
    }
    return status?.ready ? 0 : 1;
  },

  async env() {
    const own = ownCluster(process.env);
    const variables = own ?? sandboxVariables();
    const binaries = ['helm3', 'helm4', 'kubectl', 'crane', 'act', 'actionlint'] as const;
    const found = await Promise.all(
      binaries.map(async (name) => [name.toUpperCase(), await findTool(name)] as const),
    );
    for (const [name, value] of [...Object.entries(variables), ...found]) {
      if (value !== undefined) console.log(`export ${name}=${quote(value)}`);
      else console.log(`# ${name}: npm run sandbox -- tools ${name.toLowerCase()}`);
    }
    return 0;
  },

  async logs([part = '']) {
    const path = join(paths.logs, `${part}.log`);
    if (part === '' || part.includes('/') || !existsSync(path)) {
      const names = existsSync(paths.logs)
        ? readdirSync(paths.logs).map((name) => name.replace('.log', ''))
        : [];
      throw new Error(`sandbox: no logs of ${part || 'nothing'}\n  there are: ${names.join(' ') || 'none'}`);
    }
    process.stdout.write(readFileSync(path));
    return 0;
  },

  async exec(args) {
    noOwnCluster();
    const target = ['--target', String(sandboxEnv().initPid)];
    const namespaces = ['--mount', '--pid', '--net', '--ipc', '--uts', '--cgroup'];
    const { status } = spawnSync('nsenter', [...target, ...namespaces, ...args], { stdio: 'inherit' });
    return status ?? 1;
  },

  async tools(names) {
    const unknown = names.filter((name) => !isToolName(name));
    if (unknown.length > 0 || names.length === 0) {
      throw new Error(
        `sandbox: no tool ${unknown.join(', ') || 'named'}\n  there are: ${Object.keys(tools).join(' ')}`,
      );
    }
    const built = await ensureTools(names.filter(isToolName), startProgress());
    for (const name of names.filter(isToolName)) console.log(built[name]);
    return 0;
  },

  async down() {
    noOwnCluster();
    await down(state, startProgress());
    return 0;
  },
};

function sandboxVariables(): Record<string, string> {
  const { kubeconfig, registry, nodePorts, auditLog } = sandboxEnv();
  return {
    KUBECONFIG: kubeconfig,
    SLIPWAY_REGISTRY: registry,
    SLIPWAY_NODE_PORTS: `${nodePorts[0]}-${nodePorts.at(-1)}`,
    SLIPWAY_AUDIT_LOG: auditLog,
  };
}

const quote = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;
