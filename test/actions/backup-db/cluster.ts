import { gzipSync } from 'node:zlib';
import { parseInputs } from '../../../actions/backup-db/inputs.ts';
import { backupDb } from '../../../actions/backup-db/run.ts';
import type { BackupResult } from '../../../actions/backup-db/run.ts';
import { TargetError } from '../../../lib/domain/errors.ts';
import type { KubeObject, ResourceType } from '../../../lib/domain/kubernetes.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { AccessQuestion, Kube, WatchEvent } from '../../../lib/ports/kube.ts';
import type { Log } from '../../../lib/ports/log.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { packing } from '../../steps/backup/fakes.ts';
import { memoryStorage } from '../../support/memory-storage.ts';

export const least = {
  engine: 'postgresql',
  kubernetes: '{ namespace: db, cronjob: backup }',
  destination: 'file:/backups',
};
export const env = { KUBECONFIG: '/kubeconfig' };
export const dump = '-- MySQL dump 10.13\nINSERT\n-- Dump completed\n';

export const complete = { conditions: [{ type: 'Complete', status: 'True' }] };
export const failed = {
  conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'too often' }],
};

/** A cluster with one CronJob, whose Jobs do what they are told as soon as somebody watches them. */
export class Cluster {
  readonly storage = memoryStorage();
  readonly log: string[] = [];
  readonly patched: unknown[] = [];
  readonly created: KubeObject[] = [];
  cronJob: object | undefined = {};
  status: object | undefined = complete;
  ends: 'deleted' | 'never' | 'forbidden' | 'hangs' | undefined;
  /** What its pod says, one after the other. */
  podStates: readonly object[] = [];
  /** Time passes a thousand times as fast. */
  readonly clock: Clock = {
    now: () => systemClock.now(),
    sleep: (ms, signal) => systemClock.sleep(ms / 1_000, signal),
  };
  denied: readonly AccessQuestion[] = [];
  stores: Readonly<Record<string, string | Buffer>> = { 'dump.sql.gz': gzipSync(dump) };
  /** By the storage's clock, before now. */
  age = 0;
  readonly cancel = new AbortController();

  async run(given: Readonly<Record<string, string>> = {}): Promise<BackupResult> {
    const inputs = parseInputs({ ...least, ...given }, env);
    const say = (line: string): void => void this.log.push(line);
    const log: Log = {
      info: say,
      warn: say,
      debug: () => undefined,
      group: (_, body) => body(),
      untrusted: (lines) => void this.log.push(...lines),
      mask: () => undefined,
    };
    const times = new Map<string, number>();
    for (const key of this.storage.objects.keys()) times.set(key, 5);
    const list = async function* (this: Cluster) {
      for await (const object of this.storage.list(''))
        yield { ...object, modified: times.get(object.key) ?? Date.now() - this.age };
    };
    if (inputs.mode !== 'cron-job') throw new Error('it is run by another test');
    const ports = {
      storage: { ...this.storage, list: list.bind(this) },
      packing,
      clock: this.clock,
      log,
      chance: () => '1a2b3c',
      heartbeat: () => ({ [Symbol.dispose]: () => undefined }),
      kube: this.#kube(),
    };
    return backupDb(inputs, {
      clock: this.clock,
      signal: this.cancel.signal,
      connect: async (_, signal) => ({ mode: 'cron-job', inputs, ports: { ...ports, signal } }),
    });
  }

  #kube(): Kube {
    const kube: Partial<Kube> = {
      denied: async () => this.denied,
      get: async () =>
        this.cronJob === undefined
          ? undefined
          : {
              apiVersion: 'batch/v1',
              kind: 'CronJob',
              metadata: { name: 'backup', namespace: 'db', uid: 'cj' },
              spec: { jobTemplate: { spec: {} } },
              ...this.cronJob,
            },
      create: async (_, __, object) => {
        const metadata = { ...object.metadata, uid: 'job', creationTimestamp: new Date().toISOString() };
        this.created.push({ ...object, metadata });
        return { ...object, metadata };
      },
      patch: async (_, __, ___, patch) => {
        this.patched.push(patch);
        return this.created[0] as KubeObject;
      },
      watch: ({ resource }, onEvent) => queueMicrotask(() => this.#tell(resource, onEvent)),
      list: async () => [
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'pod-1' },
          spec: { containers: [{ name: 'main' }] },
        },
      ],
      log: async (_, pod, { container }) => `${pod} ${container}\npg_dump: error: connection refused\n`,
    };
    return kube as Kube;
  }

  #tell(resource: ResourceType, onEvent: (event: WatchEvent) => void): void {
    const [job] = this.created;
    if (resource.kind === 'Pod')
      for (const status of this.podStates)
        onEvent({
          type: 'changed',
          object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod-1', uid: 'p1' }, status },
        });
    if (resource.kind !== 'Job' || job === undefined) return;
    onEvent({ type: 'listed', objects: [job], resourceVersion: '1' });
    if (this.ends === 'never')
      return this.cancel.abort(new TargetError('late', { subject: 's', remedy: 'r' }));
    if (this.ends === 'hangs') return;
    if (this.ends === 'forbidden') return onEvent({ type: 'forbidden', reason: 'no watch' });
    if (this.ends === 'deleted') return onEvent({ type: 'deleted', object: job });
    for (const [key, bytes] of Object.entries(this.stores)) this.storage.objects.set(key, Buffer.from(bytes));
    onEvent({ type: 'changed', object: { ...job, status: this.status } });
  }
}
