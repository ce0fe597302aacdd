import { spawnSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';
import { installPackages, isCommand, remedyFor } from './packages.ts';
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
  if (machine.length === 0) await installPackages(missingPackages, progress);
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

const notInstalled = (name: string): Fault => ({ what: name, remedy: remedyFor(name) });

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
