import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.ts';
import { cniPlugins } from './part-files.ts';
import type { Progress } from './progress.ts';

/** What is not as it must be, and what the reader can do about it. */
interface Fault {
  what: string;
  remedy: string;
}

/** Commands of the machine that the sandbox starts, and the Debian package that brings each. */
const commands: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  'containerd-shim-runc-v2': 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  ip: 'iproute2',
};

/** Makes sure that the machine can run the sandbox, installing what Debian has; all that is missing in one error. */
export async function preflight(state: string, progress: Progress): Promise<void> {
  const machine = machineFaults(state);
  if (machine.length === 0) await installMissing(progress);
  const faults = [
    ...machine,
    ...missingPackages().map(notInstalled),
    ...goFault(),
    ...namespaceFault(machine),
  ];
  if (faults.length > 0)
    throw new Error(`sandbox: this machine lacks ${faults.length} of what it needs\n${list(faults)}`);
}

function machineFaults(state: string): Fault[] {
  if (process.platform !== 'linux') {
    return [
      { what: process.platform, remedy: 'run it on Linux, or set SLIPWAY_KUBECONFIG to a cluster of yours' },
    ];
  }
  if (process.getuid?.() !== 0) {
    return [{ what: 'root', remedy: 'run it as root, or set SLIPWAY_KUBECONFIG to a cluster of yours' }];
  }
  if (/^\/(run|var\/run|proc|sys|dev|var\/log)(\/|$)/.test(state)) {
    const remedy = 'the sandbox covers that path: set SLIPWAY_SANDBOX_DIR to another';
    return [{ what: `a state directory elsewhere than ${state}`, remedy }];
  }
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const disk = statfsSync(state);
  const free = (disk.bavail * disk.bsize) / 2 ** 30;
  if (free >= 3) return [];
  return [
    {
      what: `3 GiB free at ${state}`,
      remedy: `${free.toFixed(1)} are: free some, or set SLIPWAY_SANDBOX_DIR`,
    },
  ];
}

function missingPackages(): string[] {
  const missing = Object.entries(commands).flatMap(([command, name]) => (isCommand(command) ? [] : [name]));
  return [...new Set([...missing, ...(cniPlugins() ? [] : ['containernetworking-plugins'])])];
}

function isCommand(name: string): boolean {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
  return path.split(':').some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return directory !== '';
    } catch {
      return false;
    }
  });
}

async function installMissing(progress: Progress): Promise<void> {
  if (missingPackages().length === 0 || !existsSync('/usr/bin/apt-get')) return;
  await withLock('apt', async () => {
    const packages = missingPackages();
    if (packages.length === 0) return;
    progress.say('apt-get', `installing ${packages.join(' ')}`);
    apt('update');
    apt('install', '--yes', '--no-install-recommends', ...packages);
    progress.say('apt-get', 'done');
  });
}

/** What apt could not do shows as still missing, with the remedy; its own words go to stderr. */
function apt(...args: readonly string[]): void {
  spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

const notInstalled = (name: string): Fault => ({ what: name, remedy: `apt-get install ${name}` });

function goFault(): Fault[] {
  return isCommand('go') ? [] : [{ what: 'go', remedy: 'install Go 1.26 or newer from https://go.dev/dl' }];
}

function namespaceFault(machine: readonly Fault[]): Fault[] {
  if (machine.length > 0) return [];
  const flags = ['--pid', '--mount', '--net', '--ipc', '--uts', '--cgroup', '--fork'];
  const { status, stderr, error } = spawnSync('unshare', [...flags, 'true'], { encoding: 'utf8' });
  if (status === 0) return [];
  const why = error === undefined ? stderr.trim() : 'unshare is not on PATH';
  const remedy = 'in a container, start it with --privileged and --cgroupns=host; or set SLIPWAY_KUBECONFIG';
  return [{ what: `namespaces (${why})`, remedy }];
}

function list(faults: readonly Fault[]): string {
  const width = Math.max(...faults.map(({ what }) => what.length));
  return faults.map(({ what, remedy }) => `  ${what.padEnd(width)}   ${remedy}`).join('\n');
}
