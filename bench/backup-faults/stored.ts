/** What lies at the destination after a run, and whether it is a backup. */
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { open, readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { decrypted } from '../../lib/adapters/streams/age.ts';
import { counted } from '../../lib/adapters/streams/counted.ts';
import { decompressed } from '../../lib/adapters/streams/zstd.ts';
import type { BackupManifest } from '../../lib/domain/database/backup-manifest.ts';
import type { Account } from '../../lib/domain/storage/account.ts';

const run = promisify(execFile);

export interface Stored {
  /** Something that passes for a backup: a manifest, or the file under its final name. */
  readonly isThere: boolean;
  /** All that passes for a backup is one: it can be read to its end, and that is the dump's. */
  readonly isWhole: boolean;
  /** What is there besides, from the folder on. */
  readonly rest: readonly string[];
}

/** Of ours: everything below `root` that no manifest names is rest. */
export async function storedByUs(root: string, identity: string): Promise<Stored> {
  const files = await filesBelow(root);
  const manifests = files.filter((file) => /^manifest\..*\.json$/.test(basename(file)));
  const named = new Set(manifests);
  let isWhole = true;
  for (const file of manifests) {
    const manifest = JSON.parse(await readFile(file, 'utf8')) as BackupManifest;
    const object = join(dirname(file), basename(manifest.object.key));
    named.add(object);
    if (manifest.globals !== undefined) named.add(join(dirname(file), basename(manifest.globals.key)));
    isWhole &&= await isDumpOf(manifest, object, identity);
  }
  const rest = files.filter((file) => !named.has(file));
  return { isThere: manifests.length > 0, isWhole: isWhole && manifests.length > 0, rest: below(root, rest) };
}

async function isDumpOf(manifest: BackupManifest, object: string, identity: string): Promise<boolean> {
  const stored = counted(createReadStream(object));
  const raw = counted(decompressed(decrypted(stored.bytes, [identity])));
  try {
    for await (const _ of raw.bytes);
    return isSame(manifest.object, stored.account()) && isSame(manifest.raw, raw.account());
  } catch {
    return false;
  }
}

const isSame = (one: Account, other: Account): boolean =>
  one.bytes === other.bytes && one.sha256 === other.sha256;

/** Of a shell: one file, whole when it can be unpacked and pg_dump wrote its last line. */
export async function storedByShell(root: string, name: string): Promise<Stored> {
  const files = await filesBelow(root);
  const file = files.find((each) => basename(each) === name);
  const rest = below(
    root,
    files.filter((each) => each !== file),
  );
  if (file === undefined) return { isThere: false, isWhole: false, rest };
  const script =
    'set -e -o pipefail; gzip -cd "$1" | tail -n 5 | grep -q "PostgreSQL database dump complete"';
  const isWhole = await run('bash', ['-c', script, 'bash', file]).then(
    () => true,
    () => false,
  );
  return { isThere: true, isWhole, rest };
}

/** Turns one bit in the middle of the newest large file. */
export async function flipNewest(root: string): Promise<void> {
  const sized = await Promise.all(
    (await filesBelow(root)).map(async (path) => ({ path, ...pick(await stat(path)) })),
  );
  const [newest] = sized.filter(({ size }) => size > 1_000_000).sort((a, b) => b.at - a.at);
  if (newest === undefined) throw new Error(`nothing is stored below ${root} that could be damaged`);
  const file = await open(newest.path, 'r+');
  try {
    const [byte, at] = [Buffer.alloc(1), Math.floor(newest.size / 2)];
    await file.read(byte, 0, 1, at);
    await file.write(Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, at);
  } finally {
    await file.close();
  }
}

const pick = ({ size, mtimeMs: at }: { size: number; mtimeMs: number }) => ({ size, at });

const below = (root: string, files: readonly string[]): string[] =>
  files.map((file) => file.slice(root.length + 1));

async function filesBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
