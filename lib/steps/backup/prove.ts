/** Proves a stored backup as far as it is asked for; `complete` is proven by whoever stored it. */
import type {
  BackupManifest,
  Verification,
  VerificationLevel,
} from '../../domain/database/backup-manifest.ts';
import { missingAfterRestore } from '../../domain/database/restored-schema.ts';
import type { SchemaReading } from '../../domain/database/schema.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import { TargetError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Database } from '../../ports/database.ts';
import type { Log } from '../../ports/log.ts';
import type { Packing } from '../../ports/packing.ts';
import type { ScratchOrder, ScratchServers } from '../../ports/scratch.ts';
import type { Storage } from '../../ports/storage.ts';
import { restoreTimed } from './drill-restore.ts';
import { unpacked } from './restore-stored.ts';

export interface ProofOrder {
  readonly level: VerificationLevel;
  /** As it will be published, but for how far it was proven. */
  readonly manifest: BackupManifest;
  readonly schema: SchemaReading;
  /** age's; needed only where the object is encrypted. */
  readonly identities: readonly string[];
  readonly server: ScratchOrder;
  /** Whether the backup's roles may be made there: what is thrown away may have them, somebody's server may not. */
  readonly roles: boolean;
  readonly signal: AbortSignal;
}

export interface ProofPorts {
  /** The one that was dumped: its own tools read the dump. */
  readonly database: Pick<Database, 'parse'>;
  /** Needed to restore. */
  readonly scratch: ScratchServers | undefined;
  readonly storage: Storage;
  readonly packing: Packing;
  readonly clock: Clock;
  readonly log: Log;
  /** Told when the restore is over and the comparison begins. */
  readonly onRestored: () => void;
}

/** How far it was proven, and how long each part took. */
export interface Proof {
  readonly verified: Verification;
  readonly phases: readonly (readonly [name: string, took: Milliseconds])[];
}

/** Throws what speaks against the backup, or what kept it from being proven. A scratch server is removed in any case. */
export async function prove(order: ProofOrder, ports: ProofPorts): Promise<Proof> {
  const { level, manifest, identities, signal } = order;
  const { clock, packing, storage } = ports;
  const at = (): string => new Date(clock.now()).toISOString();
  if (level === 'complete') return { verified: { level, at: at() }, phases: [] };
  if (level === 'restored') return restored(order, ports, at);
  const startedAt = clock.now();
  const dump = unpacked({ manifest, identities }, { packing, storage });
  await ports.database.parse(dump, { signal });
  return { verified: { level, at: at() }, phases: [['parse', clock.now() - startedAt]] };
}

async function restored(order: ProofOrder, ports: ProofPorts, at: () => string): Promise<Proof> {
  const { manifest, identities, signal } = order;
  const { scratch, clock, log } = ports;
  if (scratch === undefined) throw new Error('nowhere to restore was wired');
  const startedAt = clock.now();
  const server = await scratch.start(order.server);
  try {
    log.info(`started ${server.described}`);
    const readyAt = clock.now();
    const globals = order.roles && manifest.globals !== undefined;
    const timed = await restoreTimed(
      // Owners and grants are part of the proof wherever their roles can be.
      {
        manifest,
        identities,
        globals,
        owners: globals,
        tablespaces: false,
        oneTransaction: false,
        signal,
      },
      { ...ports, database: server.database },
    );
    refuseMissing(manifest.id, missingAfterRestore(order.schema, timed.contents.schema));
    return {
      verified: {
        level: 'restored',
        at: at(),
        restoreSeconds: Math.round(timed.restore / 100) / 10,
        restoredInto: server.described,
      },
      phases: [
        ['start of the scratch server', readyAt - startedAt],
        ['restore', timed.restore],
        ['comparison', timed.compare],
      ],
    };
  } finally {
    await server.stop();
  }
}

function refuseMissing(id: string, missing: readonly string[]): void {
  const [first] = missing;
  if (first === undefined) return;
  throw new TargetError(`the restored database lacks what was dumped: ${first}`, {
    subject: `backup ${id}`,
    remedy: 'do not rely on this backup; make another, and find out what differs',
    details: missing.slice(0, 20).map((line) => ['missing', line] as const),
  });
}
