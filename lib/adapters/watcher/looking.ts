import { formatDuration, type Milliseconds } from '../../domain/duration.ts';
import { UnreachableError } from '../../domain/errors.ts';
import type { KubeObject } from '../../domain/kubernetes.ts';
import { isRefusal } from '../../domain/refusal.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Kube } from '../../ports/kube.ts';
import type { ResourceWatch } from './resource-watch.ts';

/** Before time decides, the API is asked once more: it may have gone silent. Long enough for one that is only slow. */
const lastLook: Milliseconds = 5_000;
const askAgain: Milliseconds = 1_000;
/** How long an API that does not answer is asked, where something cannot go on without it. */
const patience: Milliseconds = 30_000;

/** Lists beside the watches: an open watch that says nothing may have nothing to say, or nobody to say it. */
export class Looking {
  readonly #kube: Kube;
  readonly #clock: Clock;
  readonly #closed: AbortSignal;

  constructor({ kube, clock }: { kube: Kube; clock: Clock }, closed: AbortSignal) {
    this.#kube = kube;
    this.#clock = clock;
    this.#closed = closed;
  }

  /** What is there now. Throws what the API answers, and when it does not. */
  async now(watch: ResourceWatch): Promise<readonly KubeObject[]> {
    for (const giveUp = this.#clock.now() + patience; ;) {
      try {
        return await watch.look(this.#kube);
      } catch (error) {
        if (!(error instanceof UnreachableError) || this.#clock.now() >= giveUp) throw error;
        await this.#clock.sleep(askAgain, this.#closed);
      }
    }
  }

  /** Without an answer by `due`, or with a refusal, what a watch has shown last is not known to be so then. */
  async before(due: number, watches: readonly ResourceWatch[], sooner: AbortSignal): Promise<void> {
    const left = (): Milliseconds => Math.max(0, due - this.#clock.now());
    const lead = Math.min(lastLook, left() / 5);
    await this.#clock.sleep(left() - lead, sooner);
    await Promise.all(
      watches.map(async (watch) => {
        const silence = this.#clock.sleep(Math.max(0, left() - 1), sooner).then(() => undefined);
        const look = watch.look(this.#kube).catch((error: unknown) => error as Error);
        const answer = await Promise.race([look, silence]);
        if (sooner.aborted) return;
        if (Array.isArray(answer)) {
          watch.regain();
          return;
        }
        const silent = `no answer from the API for ${formatDuration(lead)}`;
        watch.lose(answer instanceof Error ? answer.message : silent);
        await this.untilSeen(watch);
      }),
    );
  }

  /** Until it answers: then what is known of it is so now. */
  async untilSeen(watch: ResourceWatch): Promise<void> {
    while (!(await this.#answers(watch))) await this.#clock.sleep(askAgain, this.#closed);
    watch.regain();
  }

  async #answers(watch: ResourceWatch): Promise<boolean> {
    try {
      await watch.look(this.#kube);
      return true;
    } catch (error) {
      if (isRefusal(error, 403)) throw error;
      return false;
    }
  }
}
