/** ReleaseRecords as plain JSON in Secrets: `slipway-<release>-<seq>`, labelled by release and state. */
import { messageOf, TargetError, UnreachableError } from '../../domain/errors.ts';
import type { KubeObject, ReleaseRef } from '../../domain/kubernetes.ts';
import { recordId } from '../../domain/record/id.ts';
import { parseRecord } from '../../domain/record/parse.ts';
import { keptRecords, toPrune } from '../../domain/record/retention.ts';
import { recordSchema } from '../../domain/record/types.ts';
import type { ReleaseRecord } from '../../domain/record/types.ts';
import { isRefusal } from '../../domain/refusal.ts';
import type { Kube } from '../../ports/kube.ts';
import type { Log } from '../../ports/log.ts';
import type { Records } from '../../ports/records.ts';
import { secrets } from './resources.ts';
import { schemaSecretName } from './schemas.ts';

const secretType = 'slipway.dev/release-record';
const dataKey = 'record.json';

/** Somebody else writing the same record this often in a row is not a race but a fault. */
const mostConflicts = 20;

type Key = Pick<ReleaseRecord, 'release' | 'namespace' | 'seq'>;
type Stored = KubeObject & { readonly type?: string; readonly data?: Readonly<Record<string, string>> };

export const secretName = ({ release, seq }: Pick<Key, 'release' | 'seq'>): string =>
  `slipway-${release}-${seq}`;

export function kubeRecords(kube: Kube, log: Pick<Log, 'warn' | 'debug'>): Records {
  /** The Secrets as last written here: a change to one of them needs no read before it. */
  const known = new Map<string, Stored>();
  /** By release, sequence numbers as last listed or opened here, newest first: they cost no second list. */
  const numbers = new Map<string, readonly number[]>();

  async function list(release: ReleaseRef): Promise<ReleaseRecord[]> {
    const labelSelector = `app.kubernetes.io/managed-by=slipway,slipway.dev/release=${release.name}`;
    const stored = await kube.list({ resource: secrets, namespace: release.namespace, labelSelector });
    const records = stored
      .filter((secret) => secret['type'] === secretType)
      .map((secret) => recordIn(secret))
      .flatMap((record) => {
        if (!('unreadable' in record)) return [record];
        log.warn(`${record.name} is skipped: ${record.unreadable}`);
        return [];
      })
      .sort((a, b) => b.seq - a.seq);
    numbers.set(
      keyOf(release),
      records.map(({ seq }) => seq),
    );
    return records;
  }

  const numbersOf = async (release: ReleaseRef): Promise<readonly number[]> =>
    numbers.get(keyOf(release)) ?? (await list(release)).map(({ seq }) => seq);

  /** Whether a write whose answer was lost is there: then it must not be made a second time. */
  async function arrived({ metadata, data }: Stored): Promise<boolean> {
    const stored: Stored | undefined = await kube.get(secrets, metadata.namespace ?? '', metadata.name);
    return stored?.data?.[dataKey] === data?.[dataKey];
  }

  /** What lies beside it first, also where a run was killed before the record could say that it does. */
  async function remove(record: ReleaseRecord): Promise<void> {
    await kube.delete(secrets, record.namespace, schemaSecretName(record));
    await kube.delete(secrets, record.namespace, secretName(record));
  }

  return {
    of: list,

    async open(draft) {
      const release = { name: draft.release, namespace: draft.namespace };
      const taken = await numbersOf(release);
      const first = (taken[0] ?? 0) + 1;
      for (let seq = first; seq < first + mostConflicts; seq += 1) {
        const record: ReleaseRecord = {
          schema: recordSchema,
          id: recordId({ ...draft, seq }),
          seq,
          ...draft,
        };
        try {
          known.set(idOf(record), await kube.create(secrets, draft.namespace, secretOf(record)));
          numbers.set(keyOf(release), [seq, ...taken]);
          return record;
        } catch (error) {
          // The number is taken: by a run beside us, or by a Secret that cannot be read.
          if (!isRefusal(error, 409)) throw error;
        }
      }
      throw crowded(`slipway-${draft.release}-${first}`, 'and the numbers after it are taken');
    },

    async change(key, change) {
      for (let attempt = 0; attempt < mostConflicts; attempt += 1) {
        const stored = known.get(idOf(key)) ?? (await kube.get(secrets, key.namespace, secretName(key)));
        const now = readable(key, stored);
        const next = secretOf(change(now), stored);
        try {
          known.set(idOf(key), await kube.replace(secrets, key.namespace, next));
          return readable(key, next);
        } catch (error) {
          known.delete(idOf(key));
          if (error instanceof UnreachableError && (await arrived(next))) return readable(key, next);
          if (!isRefusal(error, 409) && !(error instanceof UnreachableError)) throw error;
        }
      }
      throw crowded(secretName(key), 'is being changed by somebody else all the time');
    },

    async prune(release) {
      if ((numbers.get(keyOf(release))?.length ?? Infinity) <= keptRecords) return;
      try {
        const old = toPrune(await list(release));
        await Promise.all(old.map(remove));
      } catch (error) {
        log.warn(`old records could not be removed: ${messageOf(error)}`);
      }
    },
  };
}

const keyOf = ({ namespace, name }: ReleaseRef): string => `${namespace}/${name}`;
const idOf = (key: Key): string => `${key.namespace}/${secretName(key)}`;

function secretOf(record: ReleaseRecord, stored?: Stored): Stored {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secretName(record),
      namespace: record.namespace,
      ...(stored?.metadata.resourceVersion && { resourceVersion: stored.metadata.resourceVersion }),
      ...(stored?.metadata.annotations && { annotations: stored.metadata.annotations }),
      labels: {
        ...stored?.metadata.labels,
        'app.kubernetes.io/managed-by': 'slipway',
        'slipway.dev/release': record.release,
        'slipway.dev/seq': String(record.seq),
        'slipway.dev/state': record.state,
      },
    },
    type: secretType,
    data: { [dataKey]: Buffer.from(JSON.stringify(record)).toString('base64') },
  };
}

function recordIn({
  metadata,
  data,
}: Stored): ReleaseRecord | { readonly name: string; readonly unreadable: string } {
  const record = parseRecord(Buffer.from(data?.[dataKey] ?? '', 'base64').toString('utf8'));
  return 'unreadable' in record ? { name: `Secret ${metadata.name}`, ...record } : record;
}

function readable(key: Key, stored: Stored | undefined): ReleaseRecord {
  const record = stored && recordIn(stored);
  if (record === undefined || 'unreadable' in record) throw missing(key, record?.unreadable);
  return record;
}

const missing = (key: Key, unreadable = 'it is gone'): TargetError =>
  new TargetError(`the release record cannot be changed: ${unreadable}`, {
    subject: `Secret ${idOf(key)}`,
    remedy:
      'somebody removed or replaced it while the release ran: look who may write Secrets in this namespace',
  });

const crowded = (name: string, what: string): TargetError =>
  new TargetError(`the release record cannot be written: ${name} ${what}`, {
    subject: `Secret ${name}`,
    remedy: 'find out what else writes there, then run the step again',
  });
