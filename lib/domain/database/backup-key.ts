/**
 * How backups lie below a destination, so that a listing alone says what is there and how far it was proven:
 *
 *     postgresql/shop/20261126T041500Z-1a2b3c/dump.pgdump.zst.age
 *                                             globals.sql.zst.age
 *                                             manifest.restored.json
 *     postgresql/shop/drills/20261126T051500Z.json
 */
import type { Milliseconds } from '../duration.ts';
import { verificationLevels } from './backup-manifest.ts';
import type { BackupManifest, VerificationLevel } from './backup-manifest.ts';
import { engines } from './locator.ts';
import type { Engine } from './locator.ts';

/** Whose backup it is. */
export interface BackedUp {
  readonly engine: Engine;
  readonly database: string;
}

export interface BackupKey extends BackedUp {
  readonly id: string;
  readonly part: 'dump' | 'globals' | 'manifest';
  /** Of a manifest alone. */
  readonly level?: VerificationLevel;
}

/** Sorts by time: `20261126T041500Z-1a2b3c`. `chance`: six hex digits, so that two of one second differ. */
export const backupId = (startedAt: Milliseconds, chance: string): string => `${stamp(startedAt)}-${chance}`;

/** When the backup of that id was begun, in milliseconds since the epoch; undefined for what is no id. */
export function startOf(id: string): Milliseconds | undefined {
  return /^\d{8}T\d{6}Z-[0-9a-f]{6}$/.test(id) ? timeOf(id.slice(0, 16)) : undefined;
}

/** What all keys of a database begin with; ends with a slash. */
export const prefixOf = ({ engine, database }: BackedUp): string => `${engine}/${encoded(database)}/`;

/** What all keys of one backup begin with; ends with a slash. */
export const folderOf = (of: BackedUp, id: string): string => `${prefixOf(of)}${id}/`;

export function dumpKey(of: BackedUp, id: string, packed: { readonly encrypted: boolean }): string {
  const name = formatOf(of.engine) === 'sql' ? 'dump.sql' : 'dump.pgdump';
  return `${folderOf(of, id)}${name}${endOf(packed)}`;
}

export const globalsKey = (of: BackedUp, id: string, packed: { readonly encrypted: boolean }): string =>
  `${folderOf(of, id)}globals.sql${endOf(packed)}`;

export const manifestKey = (of: BackedUp, id: string, level: VerificationLevel): string =>
  `${folderOf(of, id)}manifest.${level}.json`;

/** Evidence of drills; ends with a slash. */
export const drillsPrefix = (of: BackedUp): string => `${prefixOf(of)}drills/`;

export const drillKey = (of: BackedUp, at: Milliseconds): string => `${drillsPrefix(of)}${stamp(at)}.json`;

/** When the drill was, whose evidence lies under the key; undefined where it is no such key. */
export function drillTime(key: string): Milliseconds | undefined {
  const [, at] = /\/drills\/(\d{8}T\d{6}Z)\.json$/.exec(key) ?? [];
  return at === undefined ? undefined : timeOf(at);
}

const keyForm =
  /^(?<engine>[a-z]+)\/(?<name>[^/]+)\/(?<id>[^/]+)\/(?:(?<part>dump|globals)\.(?:pgdump|sql)\.zst(?:\.age)?|manifest\.(?<level>[a-z]+)\.json)$/;

/** Undefined for a key that no backup of ours has, whatever else lies below the destination. */
export function parseBackupKey(key: string): BackupKey | undefined {
  const { engine: word, name = '', id = '', part, level: levelWord } = keyForm.exec(key)?.groups ?? {};
  const engine = engines.find((each) => each === word);
  const database = decoded(name);
  if (engine === undefined || database === undefined || startOf(id) === undefined) return undefined;
  if (part === 'dump' || part === 'globals') return { engine, database, id, part };
  const level = verificationLevels.find((each) => each === levelWord);
  return level === undefined ? undefined : { engine, database, id, part: 'manifest', level };
}

const formatOf = (engine: Engine): BackupManifest['format'] =>
  engine === 'postgresql' ? 'pg_dump custom' : 'sql';

const endOf = ({ encrypted }: { readonly encrypted: boolean }): string => `.zst${encrypted ? '.age' : ''}`;

/** `20261126T041500Z` */
const stamp = (at: Milliseconds): string =>
  `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

function timeOf(text: string): Milliseconds | undefined {
  const iso = text.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z');
  const time = Date.parse(iso);
  return Number.isNaN(time) ? undefined : time;
}

/** A name may hold what a key may not (a slash, a backslash, dots alone): those bytes are told as %2F. */
function encoded(name: string): string {
  const plain = /[A-Za-z0-9_-]/;
  return [...new TextEncoder().encode(name)]
    .map((byte, at) => {
      const sign = String.fromCharCode(byte);
      const isPlain = plain.test(sign) || (sign === '.' && at > 0);
      return isPlain ? sign : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** Undefined for what `encoded` never writes. */
function decoded(text: string): string | undefined {
  try {
    const name = decodeURIComponent(text);
    return encoded(name) === text ? name : undefined;
  } catch {
    return undefined;
  }
}
