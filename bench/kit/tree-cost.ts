/** What whole trees of processes cost, from /proc. Memory that several of them share counts once (PSS). */
import { readdirSync, readFileSync } from 'node:fs';
import type { Milliseconds } from '../../lib/domain/duration.ts';

/** The unit of /proc/<pid>/stat is 1/100 s on every Linux that Node runs on. */
const ticksPerSecond = 100;
const usualInterval: Milliseconds = 150;

export interface Peak {
  /** The most that the tree held at one moment, of those at which it was looked; without `apart`. */
  readonly peakMegabytes: number;
  /** The same of the processes that are counted apart, and of what is below them. */
  readonly apartMegabytes: number;
  /** User and system time of those, as last seen. */
  readonly apartCpuSeconds: number;
}

/** Watches one tree at a time. `apart`: the names of programs that are a server of their own below it. */
export class TreeWatch implements Disposable {
  readonly #timer: NodeJS.Timeout;
  readonly #apart: ReadonlySet<string>;
  readonly #cpu = new Map<number, number>();
  #own = 0;
  #other = 0;

  constructor(pid: () => number, apart: readonly string[] = [], every = usualInterval) {
    this.#apart = new Set(apart);
    this.#timer = setInterval(() => this.#look(pid()), every);
  }

  get peak(): Peak {
    const apartCpuSeconds = [...this.#cpu.values()].reduce((sum, each) => sum + each, 0);
    return { peakMegabytes: this.#own, apartMegabytes: this.#other, apartCpuSeconds };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(pid: number): void {
    if (pid === 0) return;
    const sums = { own: 0, other: 0 };
    this.#add(pid, false, sums);
    this.#own = Math.max(this.#own, sums.own);
    this.#other = Math.max(this.#other, sums.other);
  }

  #add(pid: number, isApart: boolean, sums: { own: number; other: number }): void {
    const begins = !isApart && this.#apart.has(nameOf(pid));
    // A server waits for its own children, so the first one's time is that of all that have ended.
    if (begins) this.#cpu.set(pid, cpuSecondsOf(pid));
    const apart = isApart || begins;
    sums[apart ? 'other' : 'own'] += proportionalMegabytes(pid);
    for (const child of childrenOf(pid)) this.#add(child, apart, sums);
  }
}

/** User and system time of a process, and of its children that have ended; 0 when it is not there. */
export function cpuSecondsOf(pid: number): number {
  const stat = textOf(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field] ?? 0), 0);
  return ticks / ticksPerSecond;
}

/** Of this machine's processes, those whose arguments hold the text. */
export const pidsWith = (text: string): number[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && textOf(`/proc/${entry}/cmdline`).includes(text))
    .map(Number);

const nameOf = (pid: number): string => textOf(`/proc/${pid}/comm`).trim();

const proportionalMegabytes = (pid: number): number =>
  (Number(/^Pss:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1_024) / 1e6;

const childrenOf = (pid: number): number[] => {
  const children = textOf(`/proc/${pid}/task/${pid}/children`).trim();
  return children === '' ? [] : children.split(' ').map(Number);
};

/** Empty for a process that has just ended. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
