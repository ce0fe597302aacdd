/** Our end of the truth clock: what it saw, and when. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Sandbox } from '../../sandbox/client.ts';
import { Sightings } from './availability.ts';
import type { Sighting } from './availability.ts';
import type { TruthOrder } from './truth-process.ts';

/** A tool that says "ready" and is wrong for this long is not measured but reported. */
const patience = 60_000;

export class Truth implements Disposable {
  readonly #process: ChildProcess;
  readonly #seen = new Sightings();
  readonly #onSighting = new Set<() => void>();

  private constructor(process: ChildProcess) {
    this.#process = process;
    process.on('message', (news: Sighting | string) => {
      if (typeof news === 'string') return;
      this.#seen.add(news);
      for (const look of this.#onSighting) look();
    });
  }

  /** Resolves when every namespace is being watched. */
  static async open({ apiUrl, ca, adminToken }: Sandbox, namespaces: readonly string[]): Promise<Truth> {
    const process = fork(join(import.meta.dirname, 'truth-process.ts'), { serialization: 'advanced' });
    const truth = new Truth(process);
    const order: TruthOrder = { apiUrl, ca, token: adminToken, namespaces };
    await new Promise<void>((resolve, reject) => {
      process.once('exit', (code) => reject(new Error(`the truth clock ended with ${code}`)));
      process.on('message', (news) => news === 'watching' && resolve());
      process.send(order);
    });
    return truth;
  }

  /** When the last of the namespace's Deployments became available with this change, milliseconds since the epoch. */
  lastAvailable(namespace: string, stamp: string, count: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(late);
        this.#onSighting.delete(look);
      };
      const late = setTimeout(() => {
        end();
        reject(new Error(`${namespace}: not all of ${count} Deployments are available with change ${stamp}`));
      }, patience);
      const look = (): void => {
        const at = this.#seen.lastAvailable(namespace, stamp, count);
        if (at === undefined) return;
        end();
        resolve(at);
      };
      this.#onSighting.add(look);
      look();
    });
  }

  /** When the first of them was seen with this change. Known once they are available. */
  changedAt(namespace: string, stamp: string): number {
    return this.#seen.changedAt(namespace, stamp);
  }

  [Symbol.dispose](): void {
    if (this.#process.connected) this.#process.disconnect();
  }
}
