/** Evidence of drills lies beside the backups: written once, never replaced, and read again for the trend. */
import { drillKey, drillsPrefix, drillTime } from '../../domain/database/backup-key.ts';
import type { BackedUp } from '../../domain/database/backup-key.ts';
import { evidenceText } from '../../domain/database/drill.ts';
import type { DrillEvidence } from '../../domain/database/drill.ts';
import { parsePastDrill, trendLength } from '../../domain/database/drill-trend.ts';
import type { PastDrill } from '../../domain/database/drill-trend.ts';
import type { Storage } from '../../ports/storage.ts';

/** Evidence of a thousand tables that differ is still below it; what is longer is none of ours. */
const longest = 4 * 1_024 * 1_024;

/** Stores it under the time of the drill; returns the key. */
export async function keepEvidence(evidence: DrillEvidence, storage: Storage): Promise<string> {
  const key = drillKey(evidence, Date.parse(evidence.at));
  const upload = await storage.put(key, once(evidenceText(evidence)));
  await upload.finish();
  return key;
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

/** The newest drills of a database, oldest first, as many as a trend shows. What cannot be read as evidence is left out. */
export async function pastDrills(of: BackedUp, storage: Storage): Promise<readonly PastDrill[]> {
  const keys: string[] = [];
  for await (const { key, bytes } of storage.list(drillsPrefix(of)))
    if (drillTime(key) !== undefined && bytes <= longest) keys.push(key);
  const texts = await Promise.all(
    keys
      .sort()
      .slice(-trendLength)
      .map((key) => textOf(key, storage)),
  );
  return texts.flatMap((text) => parsePastDrill(text) ?? []);
}

async function textOf(key: string, storage: Storage): Promise<string> {
  const found = await storage.get(key);
  if (found === undefined) return '';
  const chunks: Uint8Array[] = [];
  for await (const chunk of found.bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
