/**
 * What is known of one backup. It is written last, after everything that it says was checked: without its manifest a
 * backup does not exist. docs/schemas/backup-manifest.json is its schema.
 */
import type { Account } from '../storage/account.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { Engine } from './locator.ts';
import type { AppliedMigrations } from './migrations.ts';

export const manifestSchema = 'slipway/backup-manifest/v1';

export const verificationLevels = ['complete', 'parsed', 'restored'] as const;
/**
 * `complete`: the stored object was read again, and unpacks to every byte of the dump. `parsed`: and the dump tool's own reader
 * went through all of it. `restored`: and the stored object was restored, and every table compared.
 */
export type VerificationLevel = (typeof verificationLevels)[number];

export interface BackupManifest {
  readonly schema: typeof manifestSchema;
  readonly id: string;
  /** When the dump's snapshot was taken, ISO 8601: what was committed later is not in it. */
  readonly takenAt: string;
  /** When the object was complete in the storage. */
  readonly storedAt: string;
  readonly engine: Engine;
  readonly database: string;
  /** Where it was, in words, without a secret. */
  readonly place: string;
  /** As the server says it: `15.18 (Debian …)`. */
  readonly serverVersion: string;
  /** As the dump tool says it; what restores must be as new. */
  readonly toolVersion: string;
  readonly object: StoredObjectFacts;
  /** Of the dump before compression and encryption. */
  readonly raw: Account;
  /** The steps from the object back to the dump, in the order in which they are undone. */
  readonly layers: readonly Layer[];
  readonly format: 'pg_dump custom' | 'sql';
  /** Roles and grants, which a restore into a new cluster needs first. */
  readonly globals?: StoredObjectFacts;
  readonly fingerprint: Fingerprint;
  /** SHA-256 of the canonical schema facts, hexadecimal; not there where the schema could not be read. */
  readonly schemaFingerprint?: string;
  readonly migrations: readonly AppliedMigrations[];
  readonly extensions: readonly { readonly name: string; readonly version: string }[];
  /** What the database took on its server's disk, indexes included; a restore needs about as much. */
  readonly databaseBytes?: number;
  /** Of the database, by its server's name; a restore needs one that holds the same letters. */
  readonly encoding?: string;
  /** Its collation. */
  readonly locale?: string;
  /** Tables whose rows were left out because somebody asked for it. */
  readonly withoutRows: readonly string[];
  /** What the dump tool was told beside our own arguments; it may have left things out or changed them. */
  readonly extraArgs?: readonly string[];
  readonly verified: Verification;
  readonly by: {
    readonly repository?: string;
    readonly commit?: string;
    readonly run?: string;
    /** Of the images that ran beside the database, by digest. */
    readonly images: readonly string[];
  };
}

export interface StoredObjectFacts extends Account {
  readonly key: string;
}

export type Layer =
  | { readonly kind: 'age'; readonly recipients: readonly string[] }
  | { readonly kind: 'zstd'; readonly level: number };

export interface Verification {
  readonly level: VerificationLevel;
  readonly at: string;
  /** How long the restore took, where there was one. */
  readonly restoreSeconds?: number;
  readonly restoredInto?: string;
}

/** Whether a backup was proven at least as far as was asked for. */
export const isProven = ({ verified }: BackupManifest, asked: VerificationLevel): boolean =>
  verificationLevels.indexOf(verified.level) >= verificationLevels.indexOf(asked);

export const manifestText = (manifest: BackupManifest): string => `${JSON.stringify(manifest, null, 2)}\n`;

/** Reads a stored manifest, or says in a few words why it cannot be one of ours. */
export function parseManifest(text: string): BackupManifest | { readonly unreadable: string } {
  let value: Partial<BackupManifest> | null;
  try {
    value = JSON.parse(text) as Partial<BackupManifest> | null;
  } catch {
    return { unreadable: 'not JSON' };
  }
  if (value?.schema !== manifestSchema)
    return { unreadable: `schema ${JSON.stringify(value?.schema)}, this version reads ${manifestSchema}` };
  const texts = [
    value.id,
    value.engine,
    value.database,
    value.serverVersion,
    value.toolVersion,
    value.format,
  ];
  const whole =
    texts.every((each) => typeof each === 'string' && each !== '') &&
    [value.takenAt, value.storedAt].every((time) => !Number.isNaN(Date.parse(String(time)))) &&
    isAccount(value.object) &&
    typeof value.object.key === 'string' &&
    isAccount(value.raw) &&
    [value.layers, value.migrations, value.extensions, value.withoutRows, value.fingerprint?.tables].every(
      Array.isArray,
    ) &&
    verificationLevels.some((level) => level === value.verified?.level);
  return whole ? (value as BackupManifest) : { unreadable: 'parts of it are missing' };
}

const isAccount = (value: Partial<Account> | undefined): value is Account =>
  Number.isSafeInteger(value?.bytes) && /^[0-9a-f]{64}$/.test(value?.sha256 ?? '');
