/** What a process and its children cost, from /proc: no wrapper around what is measured. */
import { readFileSync } from 'node:fs';
import type { Milliseconds } from '../../lib/domain/duration.ts';

/** The unit of /proc/<pid>/stat is 1/100 s on every Linux that Node runs on. */
const ticksPerSecond = 100;
const usualInterval: Milliseconds = 50;

export interface Cost {
  /** User and system time of the process and all its children. */
  readonly cpuSeconds: number;
  /** The most that process and children held at one moment, of those at which it was looked. */
  readonly peakMegabytes: number;
}

/** Measures one child of this process at a time, and what is below it. Ask for the cost when it has ended. */
export class Meter implements Disposable {
  readonly #before = cpuOfEndedChildren();
  readonly #timer: NodeJS.Timeout;
  #peak = 0;

  /** `every`: how often memory is looked at; oftener for what is over in no time. */
  constructor(pid: () => number, every = usualInterval) {
    this.#timer = setInterval(() => {
      this.#peak = Math.max(this.#peak, residentOf(pid()));
    }, every);
  }

  get cost(): Cost {
    const cpuSeconds = cpuOfEndedChildren() - this.#before;
    return { cpuSeconds: Number(cpuSeconds.toFixed(2)), peakMegabytes: this.#peak / 1_000 };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** `cutime` and `cstime`: of the children that were waited for, and of those that they waited for. */
function cpuOfEndedChildren(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

/** Kilobytes in memory, children included; 0 for a process that is not there yet or has just ended. */
function residentOf(pid: number): number {
  if (pid === 0) return 0;
  try {
    const [, own = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    const below = children === '' ? [] : children.split(' ').map(Number);
    return Number(own) * 1.024 + below.reduce((sum, child) => sum + residentOf(child), 0);
  } catch {
    return 0;
  }
}
