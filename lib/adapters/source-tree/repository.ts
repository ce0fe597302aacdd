import { CancelledError, ToolError } from '../../domain/errors.ts';
import type { Spawn } from '../../ports/process.ts';
import * as argv from './argv.ts';
import { convertsLineEnds, parseChanges, parseConversions, parseIndex, parseSizes } from './parse.ts';
import type { Changes, Conversion, Tracked } from './parse.ts';

/** What git knows about the files below one folder; paths are from that folder. */
export interface Repository {
  readonly index: ReadonlyMap<string, Tracked>;
  readonly changes: Changes;
  readonly conversions: ReadonlyMap<string, Conversion>;
  /** Bytes of what git holds, by id, where line ends may differ on the disk. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Commit, branch and tags, asked when they are wanted; undefined where the repository's root is another folder. */
  readonly head: (() => Promise<string>) | undefined;
}

const maxBytes = 512 * 1024 * 1024;

/**
 * How far git is asked. `status` runs the filters that a repository's own config names, so it is asked only of the
 * checkout and its submodules; a repository that merely lies in there tells its commit.
 */
export type Depth = 'files' | 'head';

/**
 * Asks git about a folder, six short calls for however many files; none reads a file that is unchanged. Undefined
 * without git, without a repository, or where one names its objects by SHA-256 (ids could then not be compared with
 * those of files that git does not hold): everything goes by its bytes then.
 */
export async function openRepository(
  folder: string,
  depth: Depth,
  spawn: Spawn,
  signal: AbortSignal | undefined,
): Promise<Repository | undefined> {
  const ask = async (args: readonly string[], input?: string): Promise<string | undefined> => {
    const exit = await spawn(
      { argv: args, cwd: folder, env: argv.environment, ...(input === undefined ? {} : { input }) },
      { maxBytes, ...(signal === undefined ? {} : { signal }) },
    );
    if (exit.cancelled) throw new CancelledError();
    return exit.status === 0 ? exit.stdout : undefined;
  };
  try {
    return await describe(depth, ask);
  } catch (error) {
    // No git on PATH: nothing is lost but time.
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

type Ask = (args: readonly string[], input?: string) => Promise<string | undefined>;

async function describe(depth: Depth, ask: Ask): Promise<Repository | undefined> {
  const place = await ask(argv.placeArgv);
  const [prefix = '', format] = place?.split('\n') ?? [];
  if (format !== 'sha1') return undefined;
  const head = prefix === '' ? () => headOf(ask) : undefined;
  if (depth === 'head') return { ...knowingNothing, head };
  const [listed, changed, lineEnds = ''] = await Promise.all([
    ask(argv.indexArgv),
    ask(argv.changesArgv),
    ask(argv.lineEndsArgv),
  ]);
  if (listed === undefined || changed === undefined) return undefined;
  const index = parseIndex(listed);
  const conversions = await conversionsOf(index, convertsLineEnds(lineEnds), ask);
  if (conversions === undefined) return undefined;
  const sizes = await sizesOf(index, conversions, ask);
  return { index, changes: parseChanges(changed, prefix), conversions, sizes, head };
}

const knowingNothing: Omit<Repository, 'head'> = {
  index: new Map(),
  changes: { onDisk: new Set(), sinceCommit: new Set() },
  conversions: new Map(),
  sizes: new Map(),
};

const headOf = async (ask: Ask): Promise<string> =>
  (await Promise.all(argv.headArgvs.map((each) => ask(each)))).map((answer) => answer ?? '').join('\n');

async function conversionsOf(
  index: Repository['index'],
  all: boolean,
  ask: Ask,
): Promise<ReadonlyMap<string, Conversion> | undefined> {
  const paths = [...index].filter(([, { mode }]) => mode.startsWith('100')).map(([path]) => path);
  if (paths.length === 0) return new Map();
  const answer = await ask(argv.attributesArgv, paths.map((path) => `${path}\0`).join(''));
  if (answer === undefined) return undefined;
  const byAttribute = parseConversions(answer);
  if (!all) return byAttribute;
  return new Map(paths.map((path) => [path, byAttribute.get(path) ?? 'line-ends']));
}

async function sizesOf(
  index: Repository['index'],
  conversions: ReadonlyMap<string, Conversion>,
  ask: Ask,
): Promise<ReadonlyMap<string, number>> {
  const ids = [...conversions].flatMap(([path, kind]) =>
    kind === 'line-ends' ? [index.get(path)?.id ?? ''] : [],
  );
  if (ids.length === 0) return new Map();
  return parseSizes((await ask(argv.sizesArgv, `${[...new Set(ids)].join('\n')}\n`)) ?? '');
}
