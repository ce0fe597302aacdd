import { createHash } from 'node:crypto';
import { manifestSchema } from '../../lib/domain/database/backup-manifest.ts';
import type { BackupManifest, Layer } from '../../lib/domain/database/backup-manifest.ts';
import { canonicalSchema } from '../../lib/domain/database/schema.ts';
import type { SchemaReading } from '../../lib/domain/database/schema.ts';
import type { StoredDump } from '../../lib/steps/backup/pipeline.ts';
import type { BackupInputs } from './inputs.ts';
import type { BackupPorts } from './ports.ts';

export interface Known {
  readonly id: string;
  readonly dump: StoredDump;
  readonly globals: BackupManifest['globals'];
  readonly inputs: Pick<BackupInputs, 'of' | 'recipients' | 'withoutRows' | 'extraArgs' | 'images'>;
  readonly ports: Pick<BackupPorts, 'actor' | 'clock' | 'database'>;
}

/** All that is known when the dump is stored; how far it is proven is still to be told. */
export function manifestOf({ id, dump, globals, inputs, ports }: Known): BackupManifest {
  const { facts, contents } = dump;
  const { repository, sha, run } = ports.actor;
  const now = new Date(ports.clock.now()).toISOString();
  return {
    schema: manifestSchema,
    id,
    takenAt: dump.takenAt,
    storedAt: now,
    engine: inputs.of.engine,
    database: inputs.of.database,
    place: ports.database.described,
    serverVersion: facts.server.text,
    toolVersion: facts.dumpTool.text,
    object: { key: dump.object.key, ...dump.packed },
    raw: dump.raw,
    layers: dump.layers.map((layer) => named(layer, inputs.recipients)),
    format: dump.format,
    ...(globals === undefined ? {} : { globals }),
    fingerprint: contents.fingerprint,
    ...schemaFingerprint(contents.schema),
    migrations: contents.migrations,
    extensions: facts.extensions,
    databaseBytes: facts.bytes,
    encoding: facts.encoding,
    locale: facts.locale,
    withoutRows: inputs.withoutRows,
    ...(inputs.extraArgs.length === 0 ? {} : { extraArgs: inputs.extraArgs }),
    verified: { level: 'complete', at: now },
    by: {
      ...(repository === '' ? {} : { repository }),
      ...(sha === '' ? {} : { commit: sha }),
      ...(run === '' ? {} : { run }),
      images: inputs.images,
    },
  };
}

/** Whoever asked for it; the key of the run that made it is gone with the run, and opens nothing any more. */
const named = (layer: Layer, recipients: readonly string[]): Layer =>
  layer.kind === 'age' ? { kind: 'age', recipients } : layer;

function schemaFingerprint(schema: SchemaReading): Pick<BackupManifest, 'schemaFingerprint'> {
  if (schema.kind !== 'facts') return {};
  return { schemaFingerprint: createHash('sha256').update(canonicalSchema(schema.facts)).digest('hex') };
}
