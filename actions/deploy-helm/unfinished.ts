import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import type { Inputs } from './inputs.ts';
import type { Begun, Left } from './left.ts';
import type { Plan } from './plan.ts';
import type { Ports } from './ports.ts';
import type { WayBack } from './way-back.ts';

/**
 * What main still owes, told to post at every change: first the lock, then the release. What is over stays over,
 * so that a late answer from GitHub cannot bring it back.
 */
export class Unfinished {
  #left: Left | undefined;
  readonly #tell: Ports['leave'];

  private constructor(left: Left, tell: Ports['leave']) {
    this.#tell = tell;
    this.#set(left);
  }

  static lock(inputs: Inputs, { holder, leave }: Pick<Ports, 'holder' | 'leave'>): Unfinished {
    const { release, onFailure, onFirstFailure, undoTimeout, failFast, gate, ignore, forceConflicts } =
      inputs;
    const how = { onFailure, onFirstFailure, undoTimeout, failFast, gate, ignore, forceConflicts };
    const { onCancel, timeout, tests, environment } = inputs;
    return new Unfinished({ release, ...how, onCancel, timeout, tests, holder, environment }, leave);
  }

  get isOver(): boolean {
    return this.#left === undefined;
  }

  get hasBegun(): boolean {
    return this.#left?.begun !== undefined;
  }

  begin({ seq }: ReleaseRecord, plan: Pick<Plan, 'installedAt'>, { baseline }: WayBack): void {
    this.#begun({ seq, baseline, installedAt: plan.installedAt });
  }

  announced(deploymentId: number): void {
    if (this.#left?.begun !== undefined) this.#begun({ ...this.#left.begun, deploymentId });
  }

  unknown(): void {
    if (this.#left?.begun !== undefined) this.#begun({ ...this.#left.begun, unknown: true });
  }

  /** Nothing is to be undone any more: post only gives the lock back. */
  onlyLock(): void {
    if (this.#left === undefined) return;
    const { begun: _, ...lock } = this.#left;
    this.#set(lock);
  }

  over(): void {
    this.#set(undefined);
  }

  #begun(begun: Begun): void {
    if (this.#left !== undefined) this.#set({ ...this.#left, begun });
  }

  #set(left: Left | undefined): void {
    this.#left = left;
    this.#tell(left);
  }
}
