import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What a sandbox could leave on the host besides processes: to be compared before and after. */
export const traces = () => ({
  mounts: lines(readFileSync('/proc/self/mountinfo', 'utf8')),
  links: lines(run('ip', '-oneline', 'link', 'show')).map((line) => line.split(':')[1]),
  routes: lines(run('ip', 'route', 'show', 'table', 'all')),
  rules: lines(run('iptables-save')).filter((line) => line.startsWith('-A')),
  named: lines(run('ip', 'netns', 'list')),
});

/** Every namespace (as `pid:[4026532255]`) of every process inside the pid namespace that the given process is in. */
export function namespacesInside(init: number): Set<string> {
  const inside = namespaceOf(init, 'pid');
  const members = processes().filter(
    (pid) => namespaceOf(pid, 'pid') === inside || namespaceOf(pid, 'pid_for_children') === inside,
  );
  const host = new Set(kinds.map((kind) => namespaceOf(process.pid, kind)));
  const all = members.flatMap((pid) => kinds.map((kind) => namespaceOf(pid, kind)));
  return new Set(all.filter((name): name is string => name !== undefined && !host.has(name)));
}

/** Processes that are in one of those namespaces. */
export const processesIn = (namespaces: ReadonlySet<string>): number[] =>
  processes().filter((pid) => kinds.some((kind) => namespaces.has(namespaceOf(pid, kind) ?? '')));

const kinds = ['pid', 'mnt', 'net', 'ipc', 'uts', 'cgroup'] as const;

const processes = (): number[] => readdirSync('/proc').map(Number).filter(Number.isInteger);

function namespaceOf(pid: number, kind: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return undefined;
  }
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

const run = (program: string, ...args: string[]): string => execFileSync(program, args, { encoding: 'utf8' });
