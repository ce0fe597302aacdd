import { evidenceText } from '../../lib/domain/database/drill.ts';
import type { DrillEvidence } from '../../lib/domain/database/drill.ts';
import { recoveryPoints } from '../../lib/domain/database/drill-recovery.ts';
import type { RecoveryPoints, SurvivingData } from '../../lib/domain/database/drill-recovery.ts';
import { toPast } from '../../lib/domain/database/drill-trend.ts';
import type { PastDrill } from '../../lib/domain/database/drill-trend.ts';
import { restoredSize, serverRefusals } from '../../lib/domain/database/restore-refusals.ts';
import { readVersion } from '../../lib/domain/database/versions.ts';
import { formatDuration } from '../../lib/domain/duration.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { CancelledError, messageOf, TargetError } from '../../lib/domain/errors.ts';
import type { Database } from '../../lib/ports/database.ts';
import type { ScratchOrder, ScratchServers } from '../../lib/ports/scratch.ts';
import { drill } from '../../lib/steps/backup/drill.ts';
import type { Drilled } from '../../lib/steps/backup/drill.ts';
import { keepEvidence, pastDrills } from '../../lib/steps/backup/drill-evidence.ts';
import { within } from '../../lib/steps/within.ts';
import { evidenceOf } from './evidence.ts';
import type { Inputs } from './inputs.ts';
import type { Look } from './look.ts';
import type { Ports } from './ports.ts';
import { progressOf } from './progress.ts';

export interface DrillDone {
  readonly evidence: DrillEvidence;
  /** Key of the stored evidence; empty where it could not be stored. */
  readonly key: string;
  /** Path of the same as a file. */
  readonly file: string;
  /** The drills of the past and this one, oldest first. */
  readonly trend: readonly PastDrill[];
  readonly nonTransactional: readonly string[];
}

/** What the server must be like. Refuses where the manifest names no version that can be read. */
export function scratchOrder(manifest: Look['manifest'], signal: AbortSignal): ScratchOrder {
  const version = readVersion(manifest.engine, manifest.serverVersion);
  if (version === undefined)
    throw new TargetError(`the manifest of ${manifest.id} names no version that can be read`, {
      subject: `backup ${manifest.id}`,
      remedy: 'choose another backup',
    });
  const { engine, encoding, locale } = manifest;
  return {
    engine,
    version,
    bytes: restoredSize(manifest),
    // Those of before did not say it.
    ...(encoding === undefined ? {} : { encoding }),
    ...(locale === undefined ? {} : { locale }),
    signal,
  };
}

/** Restores into a server that is thrown away, judges what was measured, and keeps the evidence. */
export async function holdDrill(
  look: Look,
  scratch: ScratchServers,
  startedAt: number,
  inputs: Inputs,
  ports: Ports,
): Promise<DrillDone> {
  const recovery = await recoveryOf(look, inputs, ports);
  const drilled = damaged(look) ?? (await restored(look, scratch, startedAt, inputs, ports));
  const evidence = evidenceOf(
    { manifest: look.manifest, drilled, recovery, startedAt, actor: ports.actor },
    inputs,
  );
  const past = await pastOf(look, ports);
  return {
    evidence,
    key: await stored(evidence, ports),
    file: ports.files.keep('restore-drill.json', evidenceText(evidence)),
    trend: [...past, toPast(evidence)],
    nonTransactional: drilled.kind === 'restored' ? drilled.nonTransactional : [],
  };
}

/** A backup that is not all there fails the drill before a server is started. */
function damaged({ manifest, damage: [first, ...more] }: Look): Drilled | undefined {
  if (first === undefined) return undefined;
  const error = new TargetError(first.reason, {
    subject: `backup ${manifest.id}`,
    remedy: first.remedy,
    details: more.map(({ reason }) => ['and', reason] as const),
  });
  return { kind: 'failed', into: '', error };
}

async function restored(
  { manifest, transaction }: Look,
  scratch: ScratchServers,
  startedAt: number,
  { identities, globals, owners, timeout }: Inputs,
  ports: Ports,
): Promise<Drilled> {
  using progress = progressOf(manifest, ports);
  const { storage, clock, log } = ports;
  const { packing, onRestored } = progress;
  const oneTransaction = transaction.one;
  return await within({ timeout, subject: 'the restore' }, ports, (signal) => {
    const server = scratchOrder(manifest, signal);
    const refuse = (database: Database): Promise<void> => refuseServer(manifest, database, signal);
    return drill(
      { manifest, identities, globals, owners, oneTransaction, scratch: server, startedAt, refuse, signal },
      { scratch, storage, packing, clock, log, onRestored },
    );
  });
}

/** A scratch server that could never take this dump says nothing about the dump. */
async function refuseServer(
  manifest: Look['manifest'],
  database: Database,
  signal: AbortSignal,
): Promise<void> {
  const refusals = serverRefusals(manifest, { facts: await database.probe({ signal }), free: undefined });
  const [first] = refusals;
  if (first === undefined) return;
  throw new TargetError(`the scratch server cannot take backup ${manifest.id}: ${first.reason}`, {
    subject: database.described,
    remedy: first.remedy,
    details: refusals.slice(1).map(({ reason }) => ['and', reason] as const),
  });
}

async function recoveryOf({ manifest }: Look, { baseBackup }: Inputs, ports: Ports): Promise<RecoveryPoints> {
  return recoveryPoints({
    takenAt: manifest.takenAt,
    now: ports.clock.now(),
    live: await liveWord(ports),
    baseBackup,
  });
}

/** Of one query; a server that takes a connection and says nothing must not hold up the drill. */
const answersWithin: Milliseconds = 60_000;

/** What is not given, or does not answer, is said and not guessed. */
async function liveWord({ live, clock, signal }: Ports): Promise<SurvivingData | string> {
  if (live === undefined)
    return 'no live server was named, so its archive and its replicas were not asked for';
  const [patience, done] = [new AbortController(), new AbortController()];
  clock.sleep(answersWithin, done.signal).then(
    () => patience.abort(),
    () => undefined,
  );
  try {
    return await (await live()).durability({ signal: AbortSignal.any([signal, patience.signal]) });
  } catch (error) {
    if (signal.aborted) throw error;
    const why = patience.signal.aborted
      ? `it did not answer within ${formatDuration(answersWithin)}`
      : messageOf(error);
    return `the live server could not be asked: ${why}`;
  } finally {
    done.abort();
  }
}

async function pastOf({ manifest }: Look, { storage, log }: Ports): Promise<readonly PastDrill[]> {
  try {
    return await pastDrills(manifest, storage);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    log.warn(`the drills of the past could not be read: ${messageOf(error)}`);
    return [];
  }
}

/** Credentials that may only read are the better ones: that nothing could be written does not undo what was proven. */
async function stored(evidence: DrillEvidence, { storage, log }: Ports): Promise<string> {
  try {
    return await keepEvidence(evidence, storage);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    log.warn(
      `the evidence could not be stored in ${storage.place} (output evidence names it as a file): ${messageOf(error)}`,
    );
    return '';
  }
}
