/**
 * An app that waits for the database of its own chart crashes until it is there. So a crash in a run that began while
 * another gated workload was not ready yet is excused, for a while: the first in a run begun after that is not.
 */
import { describeObject } from '../kubernetes.ts';
import type { Ruling } from './bench.ts';
import { objectKey, type Finding } from './types.ts';

export interface Excuse {
  /** When the run began that has failed last, milliseconds since the epoch: earlier rather than later. */
  readonly lastRunBegan: number;
  /** No excuse holds for longer. */
  readonly until: number;
}

/**
 * Rules by which a workload ends itself, once they would call it. Nobody waits for it then: two that crash would wait for
 * each other. One that is only not placed, pulled or ready yet may come, and its own rule calls it when it does not.
 */
const ownEnds = new Set(['CrashLoop', 'CannotRun']);

/** What the workloads of one release have to do with each other; judged with all of them at each moment. */
export class Others {
  readonly #readyAt = new Map<string, number>();
  #isFirst = true;

  /** The same rulings, in which what is excused now is called later. */
  weigh(rulings: readonly Ruling[], now: number): readonly Ruling[] {
    for (const ruling of rulings) this.#remember(ruling, now);
    this.#isFirst = false;
    return rulings.map((ruling) => {
      if (ruling.excuses.size === 0) return ruling;
      const others = rulings.filter((other) => other !== ruling);
      return {
        ...ruling,
        findings: ruling.findings.map((finding) => this.#weighed(finding, ruling, others, now)),
      };
    });
  }

  /** Whoever was ready from the start has kept nobody waiting. */
  #remember({ progress: { id, ready } }: Ruling, now: number): void {
    const key = objectKey(id);
    if (!ready) this.#readyAt.delete(key);
    else if (!this.#readyAt.has(key)) this.#readyAt.set(key, this.#isFirst ? -Infinity : now);
  }

  #weighed(finding: Finding, { excuses }: Ruling, others: readonly Ruling[], now: number): Finding {
    const excuse = excuses.get(finding);
    if (excuse === undefined || finding.callAt === undefined || excuse.until <= finding.callAt)
      return finding;
    const awaited = others.find((other) => isUnderWay(other, now));
    if (awaited !== undefined)
      return { ...finding, callAt: excuse.until, waitsFor: describeObject(awaited.progress.id) };
    const late = others.find(({ progress }) => this.#cameAfter(progress, excuse.lastRunBegan));
    if (late === undefined) return finding;
    const waitsFor = `its next run, ${describeObject(late.progress.id)} was not ready at the start of its last`;
    return { ...finding, callAt: excuse.until, waitsFor };
  }

  #cameAfter({ id, ready }: Ruling['progress'], time: number): boolean {
    return ready && (this.#readyAt.get(objectKey(id)) ?? -Infinity) > time;
  }
}

/** Not ready, and within its own patience. */
const isUnderWay = ({ progress, findings }: Ruling, now: number): boolean =>
  !progress.ready &&
  !findings.some(
    ({ severity, rule, callAt }) =>
      severity === 'terminal' || (callAt !== undefined && (callAt <= now || ownEnds.has(rule))),
  );
