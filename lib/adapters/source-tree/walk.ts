import { readdir } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import type { IgnoreRules, Matched } from '../../domain/dockerignore/rules.ts';
import type { Depth, Repository } from './repository.ts';

export type Kind = 'file' | 'link' | 'pipe' | 'folder' | 'git';

/** Something that is sent, and the repository that may know it. */
export interface Found {
  /** From the context's root. */
  readonly path: string;
  readonly kind: Kind;
  readonly owner: Owner | undefined;
}

export interface Owner {
  readonly repository: Repository;
  /** Its folder in the context, with a slash at the end; empty for the context itself. */
  readonly prefix: string;
}

/** Called for the root, and for each folder below that has a `.git` of its own. */
type Open = (folder: string, depth: Depth) => Promise<Repository | undefined>;

interface Walk {
  readonly root: string;
  readonly ignore: IgnoreRules;
  readonly open: Open;
  readonly found: Found[];
}

interface Folder {
  /** With a slash at the end; empty for the root. */
  readonly prefix: string;
  readonly matched: Matched | undefined;
  readonly owner: Owner | undefined;
}

/** Goes through a folder as BuildKit's client does (tonistiigi/fsutil), and no deeper than the ignore rules ask for. */
export async function walk(root: string, ignore: IgnoreRules, open: Open): Promise<readonly Found[]> {
  const found: Found[] = [];
  await visit({ root, ignore, open, found }, { prefix: '', matched: undefined, owner: undefined });
  return found;
}

/** True when anything in it is sent. */
async function visit(walk: Walk, folder: Folder): Promise<boolean> {
  const { prefix } = folder;
  const path = prefix === '' ? walk.root : `${walk.root}/${prefix.slice(0, -1)}`;
  const inside = await readdir(path, { withFileTypes: true });
  const opens = prefix === '' || inside.some(({ name }) => name === '.git');
  const depth = prefix === '' || isSubmodule(folder) ? 'files' : 'head';
  const repository = opens ? await walk.open(path, depth) : undefined;
  const owner = repository === undefined ? folder.owner : { repository, prefix };
  const sent = await Promise.all(inside.map((entry) => consider(walk, { ...folder, owner }, entry)));
  return sent.includes(true);
}

const isSubmodule = ({ prefix, owner }: Folder): boolean =>
  owner?.repository.index.get(prefix.slice(owner.prefix.length, -1))?.mode === '160000';

async function consider(walk: Walk, { prefix, matched, owner }: Folder, entry: Dirent): Promise<boolean> {
  const { ignore, found } = walk;
  const path = `${prefix}${entry.name}`;
  const judged = ignore.judge(path, matched);
  const isGit = entry.name === '.git' && owner?.prefix === prefix && owner.repository.head !== undefined;
  // A submodule's or a worktree's `.git` is a file with a path in it, and sent as one.
  const kind = isGit && entry.isDirectory() && !judged.ignored ? 'git' : kindOf(entry);
  if (kind !== 'folder') {
    if (kind !== undefined && !judged.ignored) found.push({ path, kind, owner });
    return kind !== undefined && !judged.ignored;
  }
  if (judged.ignored && !ignore.mayHoldExceptions(path)) return false;
  const holdsSome = await visit(walk, { prefix: `${path}/`, matched: judged.matched, owner });
  if (!holdsSome && !judged.ignored) found.push({ path, kind, owner });
  return holdsSome || !judged.ignored;
}

/** Sockets are not sent. */
function kindOf(entry: Dirent): Kind | undefined {
  if (entry.isDirectory()) return 'folder';
  if (entry.isSymbolicLink()) return 'link';
  if (entry.isFile()) return 'file';
  return entry.isSocket() ? undefined : 'pipe';
}
