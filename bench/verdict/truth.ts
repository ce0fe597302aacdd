/** Our end of the truth clock: what was told of each namespace, and when the first of it proved a fault. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Sandbox } from '../../sandbox/client.ts';
import type { Proof, Sighting } from './sighting.ts';
import type { Scope, TruthOrder } from './truth-process.ts';

const paths = [
  '/api/v1/pods',
  '/api/v1/events',
  '/api/v1/persistentvolumeclaims',
  '/apis/apps/v1/deployments',
  '/apis/apps/v1/replicasets',
  '/apis/apps/v1/statefulsets',
  '/apis/apps/v1/daemonsets',
  '/apis/batch/v1/jobs',
];

export class Truth implements Disposable {
  readonly #process: ChildProcess;
  readonly #told = new Map<string, Sighting[]>();
  readonly #onSighting = new Set<() => void>();

  private constructor(process: ChildProcess) {
    this.#process = process;
    process.on('message', (news: Sighting | string) => {
      if (typeof news === 'string') return;
      this.#told.get(news.object.metadata.namespace)?.push(news);
      for (const look of this.#onSighting) look();
    });
  }

  /** Resolves when everything is being watched. */
  static async open({ apiUrl, ca, adminToken }: Sandbox): Promise<Truth> {
    const process = fork(join(import.meta.dirname, 'truth-process.ts'), { serialization: 'advanced' });
    const truth = new Truth(process);
    const order: TruthOrder = { apiUrl, ca, token: adminToken, paths };
    await new Promise<void>((resolve, reject) => {
      process.once('exit', (code) => reject(new Error(`the truth clock ended with ${code}`)));
      process.on('message', (news) => news === 'watching' && resolve());
      process.send(order);
    });
    return truth;
  }

  /** What is told of a namespace from now on, until the end of the scope. */
  follow(namespace: string): Disposable {
    const scope = (follow: boolean): Scope => ({ namespace, follow });
    this.#told.set(namespace, []);
    this.#process.send(scope(true));
    return {
      [Symbol.dispose]: () => {
        this.#told.delete(namespace);
        if (this.#process.connected) this.#process.send(scope(false));
      },
    };
  }

  /** When the first report of the fault arrived, milliseconds since the epoch; undefined while none has. */
  firstProof(namespace: string, proof: Proof, since: number): number | undefined {
    const told = this.#told.get(namespace) ?? [];
    return told.find(({ at, object }) => at >= since && proof(object))?.at;
  }

  /** The same, as soon as there is one. Rejects when the signal aborts. */
  untilProof(namespace: string, proof: Proof, since: number, signal: AbortSignal): Promise<number> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#onSighting.delete(look);
        signal.removeEventListener('abort', stop);
      };
      const stop = (): void => {
        end();
        reject(signal.reason as Error);
      };
      const look = (): void => {
        const at = this.firstProof(namespace, proof, since);
        if (at === undefined) return;
        end();
        resolve(at);
      };
      if (signal.aborted) {
        stop();
        return;
      }
      signal.addEventListener('abort', stop, { once: true });
      this.#onSighting.add(look);
      look();
    });
  }

  [Symbol.dispose](): void {
    if (this.#process.connected) this.#process.disconnect();
  }
}
