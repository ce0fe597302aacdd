import { readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Layout } from './layout.ts';
import { readJson } from './status.ts';

/** What the launcher decides and the supervisor needs to know. */
export interface LaunchConfig {
  tools: Record<'kube' | 'etcd' | 'registry' | 'hull' | 'pause', string>;
}

/** What sandbox/tools/hull writes about itself (main.go, Report). */
export interface HullReport {
  /** The process on the host, and pid 1 of the sandbox as the host sees it (0 before it exists). */
  pid: number;
  init: number;
  /** When each of the two started, in the kernel's ticks since boot: a pid alone may be somebody else's by now. */
  pidStart: string;
  initStart: string;
  ports: Record<string, number>;
  blockFrom: number;
  blockTo: number;
  cgroups: string[];
}

export const readReport = (paths: Layout): HullReport | undefined =>
  readJson(paths.hull) as HullReport | undefined;

export const isRunning = (report: HullReport): boolean =>
  isAlive(report.pid, report.pidStart) && isAlive(report.init, report.initStart);

/** Ends all that the report's sandbox runs and removes what the kernel does not remove by itself. */
export async function endSandbox(report: HullReport): Promise<void> {
  const { pid, pidStart, init, initStart } = report;
  // The kernel ends all in the namespace of pid 1 before that is gone; its parent then collects it and ends by itself.
  if (isAlive(init, initStart)) {
    process.kill(init, 'SIGKILL');
    while (isAlive(init, initStart)) await sleep(10);
    const deadline = Date.now() + 2000;
    while (isAlive(pid, pidStart) && Date.now() < deadline) await sleep(10);
  }
  if (isAlive(pid, pidStart)) process.kill(pid, 'SIGKILL');
  for (const directory of report.cgroups) await removeCgroup(directory);
}

/**
 * Alive, and the process that was meant. Its first thread may be a zombie while the last one still ends the others in
 * its pid namespace; a zombie without threads is dead, though nobody may ever reap it.
 */
function isAlive(pid: number, start: string): boolean {
  if (pid === 0) return false;
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    if (fields[19] !== start) return false;
    return fields[0] !== 'Z' || readdirSync(`/proc/${pid}/task`).length > 1;
  } catch {
    return false;
  }
}

/** Cgroups are directories that can only be removed empty, leaves first; a dying process holds its own for a moment. */
async function removeCgroup(directory: string, patience = 100): Promise<void> {
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) await removeCgroup(join(directory, entry.name), patience);
    }
    rmdirSync(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    if (code !== 'EBUSY' || patience === 0) throw error;
    await sleep(20);
    await removeCgroup(directory, patience - 1);
  }
}
