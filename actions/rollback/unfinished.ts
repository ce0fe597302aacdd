import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import type { Inputs } from './inputs.ts';
import type { Begun, Left } from './left.ts';
import type { Ports } from './ports.ts';

/** What main still owes, told to post at every change: first the lock, then the rollback. */
export class Unfinished {
  #left: Left | undefined;
  readonly #tell: Ports['leave'];

  private constructor(left: Left, tell: Ports['leave']) {
    this.#tell = tell;
    this.#set(left);
  }

  static lock(inputs: Inputs, { holder, leave }: Pick<Ports, 'holder' | 'leave'>): Unfinished {
    const { release, timeout, gate, ignore, forceConflicts, freeStuckPods } = inputs;
    const { environment, environmentUrl } = inputs;
    const wishes = { release, timeout, gate, ignore, forceConflicts, freeStuckPods };
    return new Unfinished({ ...wishes, environment, environmentUrl, holder }, leave);
  }

  get isOver(): boolean {
    return this.#left === undefined;
  }

  get hasBegun(): boolean {
    return this.#left?.begun !== undefined;
  }

  /** From here on the records say what is to be done, and post can do it. */
  begin(own: ReleaseRecord, left: ReleaseRecord, plan: Omit<Begun, 'own' | 'from'>): void {
    if (this.#left === undefined) return;
    this.#set({ ...this.#left, begun: { own: own.seq, from: left.seq, ...plan } });
  }

  over(): void {
    this.#set(undefined);
  }

  #set(left: Left | undefined): void {
    this.#left = left;
    this.#tell(left);
  }
}
