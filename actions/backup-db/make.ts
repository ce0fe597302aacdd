import { messageOf } from '../../lib/domain/errors.ts';
import { dumpKey, globalsKey } from '../../lib/domain/database/backup-key.ts';
import type { BackupManifest } from '../../lib/domain/database/backup-manifest.ts';
import { manifestText } from '../../lib/domain/database/backup-manifest.ts';
import { heldIn } from '../../lib/domain/database/fingerprint.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { ObjectExistsError } from '../../lib/domain/storage/damaged.ts';
import { formatBytes } from '../../lib/domain/size.ts';
import { plural } from '../../lib/domain/words.ts';
import type { Storage } from '../../lib/ports/storage.ts';
import { storeDump } from '../../lib/steps/backup/pipeline.ts';
import type { StoredDump } from '../../lib/steps/backup/pipeline.ts';
import { prove } from '../../lib/steps/backup/prove.ts';
import type { Proof } from '../../lib/steps/backup/prove.ts';
import { publish } from '../../lib/steps/backup/publish.ts';
import { storeGlobals } from '../../lib/steps/backup/store-globals.ts';
import type { BackupInputs } from './inputs.ts';
import { manifestOf } from './manifest.ts';
import type { BackupPorts } from './ports.ts';
import { serverLike } from './preflight.ts';
import type { Looked } from './preflight.ts';
import { metered, newMeter, sayDump, sayProof } from './progress.ts';
import type { PublishedBackup } from './run.ts';

export type Phase = readonly [name: string, took: Milliseconds];

export interface Made {
  readonly made: PublishedBackup;
  readonly phases: readonly Phase[];
}

/** Globals, dump, proof, manifest. Whatever fails, and when: nothing of this backup stays. */
export async function makeBackup(
  id: string,
  looked: Looked,
  inputs: BackupInputs,
  ports: BackupPorts,
): Promise<Made> {
  const { log, clock } = ports;
  const stored = new Set<string>();
  const work: Work = {
    id,
    looked,
    inputs,
    ports: { ...ports, storage: remembering(ports, stored) },
    key: await ownKey(inputs, ports),
  };
  const phases: Phase[] = [];
  const timed = async <Value>(name: string, body: () => Promise<Value>): Promise<Value> => {
    const startedAt = clock.now();
    const value = await log.group(name, body);
    phases.push([name.toLowerCase(), clock.now() - startedAt]);
    return value;
  };
  try {
    const globals = inputs.globals ? await timed('Roles and grants', () => saveGlobals(work)) : undefined;
    const dump = await timed('Dump', () => saveDump(work));
    const draft = manifestOf({ id, dump, globals, inputs, ports });
    const proof = await log.group('Proof', () => proveDraft(draft, dump, work));
    phases.push(...proof.phases);
    const manifest = { ...draft, verified: proof.verified };
    await timed('Manifest', () => publish(manifest, { ...work.ports, onLeft: onLeft(ports) }));
    const manifestFile = ports.files.keep('backup-manifest.json', manifestText(manifest));
    const uri = `${ports.storage.place}/${manifest.object.key}`;
    return { made: { manifest, uri, manifestFile }, phases };
  } catch (error) {
    await removeAll(stored, ports);
    throw error;
  }
}

interface Work {
  readonly id: string;
  readonly looked: Looked;
  readonly inputs: BackupInputs;
  readonly ports: BackupPorts;
  /** One more recipient, whose secret this process alone has and never writes. */
  readonly key: { readonly identity: string; readonly recipient: string } | undefined;
}

/** To open again what is encrypted for others; needed only where something is. */
async function ownKey({ recipients }: BackupInputs, { packing }: BackupPorts): Promise<Work['key']> {
  return recipients.length === 0 ? undefined : packing.newIdentity();
}

const packedFor = ({ inputs: { recipients, compression: level }, key }: Work) => ({
  level,
  recipients: key === undefined ? recipients : [...recipients, key.recipient],
  identities: identitiesOf(key),
});

const identitiesOf = (key: Work['key']): readonly string[] => (key === undefined ? [] : [key.identity]);

async function saveGlobals(work: Work): Promise<BackupManifest['globals']> {
  const { id, inputs, ports } = work;
  const key = globalsKey(inputs.of, id, { encrypted: inputs.recipients.length > 0 });
  const { signal } = ports;
  const globals = await storeGlobals(
    { key, ...packedFor(work), signal },
    { ...ports, onLeft: onLeft(ports) },
  );
  ports.log.info(`${ports.storage.place}/${key}: ${formatBytes(globals.bytes)}`);
  return globals;
}

async function saveDump(work: Work): Promise<StoredDump> {
  const { id, inputs, ports } = work;
  const { fingerprint, withoutRows, extraArgs, mayBeEmpty, lock, verify, maxThroughput } = inputs;
  const key = dumpKey(inputs.of, id, { encrypted: inputs.recipients.length > 0 });
  const meter = newMeter();
  using _ = ports.heartbeat(() => sayDump(meter));
  const dump = await storeDump(
    {
      key,
      ...packedFor(work),
      fingerprint,
      withoutRows,
      extraArgs,
      mayBeEmpty,
      ...(maxThroughput === undefined ? {} : { maxThroughput }),
      readLater: verify !== 'complete',
      ...(lock === undefined ? {} : { lock: { wait: lock } }),
      signal: ports.signal,
    },
    { ...ports, packing: metered(ports.packing, meter), onLeft: onLeft(ports) },
  );
  const { raw, packed, contents } = dump;
  ports.log.info(
    `${ports.storage.place}/${key}: ${formatBytes(packed.bytes)} of ${formatBytes(raw.bytes)}, ${plural(heldIn(contents.fingerprint).tables, 'table')}, snapshot of ${dump.takenAt}`,
  );
  return dump;
}

async function proveDraft(manifest: BackupManifest, dump: StoredDump, work: Work): Promise<Proof> {
  const { inputs, ports, key } = work;
  const meter = newMeter();
  using _ = ports.heartbeat(() => sayProof(meter, manifest));
  const proof = await prove(
    {
      level: inputs.verify,
      manifest,
      schema: dump.contents.schema,
      identities: identitiesOf(key),
      server: serverLike(dump.facts, ports.signal),
      roles: inputs.scratch?.kind !== 'server',
      signal: ports.signal,
    },
    { ...ports, packing: metered(ports.packing, meter), onRestored: () => (meter.isRead = true) },
  );
  ports.log.info(`proven: ${proof.verified.level}`);
  return proof;
}

/**
 * Every key that was begun: a finish of which no answer came may still have made it visible. Not one that another run
 * has taken: that object is not ours.
 */
const remembering = ({ storage, tidy }: BackupPorts, keys: Set<string>): Storage => ({
  ...storage,
  delete: (key) => tidy.delete(key),
  async put(key, bytes) {
    const upload = await storage.put(key, bytes);
    return {
      ...upload,
      async finish() {
        keys.add(key);
        try {
          return await upload.finish();
        } catch (error) {
          if (error instanceof ObjectExistsError) keys.delete(key);
          throw error;
        }
      },
    };
  },
});

const onLeft =
  ({ log, storage }: BackupPorts) =>
  (key: string, why: unknown): void =>
    log.warn(`${storage.place}/${key} is no backup and could not be removed: ${messageOf(why)}`);

/** The manifest first: what is half removed must not look like a backup. */
async function removeAll(keys: ReadonlySet<string>, ports: BackupPorts): Promise<void> {
  for (const key of [...keys].reverse())
    await ports.tidy.delete(key).catch((why: unknown) => onLeft(ports)(key, why));
}
