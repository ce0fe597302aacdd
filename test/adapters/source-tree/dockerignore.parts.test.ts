import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sourceTree } from '../../../lib/adapters/source-tree/client.ts';
import { readIgnoreFile } from '../../../lib/domain/dockerignore/rules.ts';
import { Unhashable } from '../../../lib/domain/source/unhashable.ts';
import type { SourceEntry } from '../../../lib/domain/source/types.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';
import { startBuildkit } from '../../../sandbox/images/buildkit.ts';
import type { Buildkit } from '../../../sandbox/images/buildkit.ts';
import { ensureTools } from '../../../sandbox/tools.ts';
import { buildInto, plant, scratch, write } from './builds.ts';
import type { Scratch } from './builds.ts';
import { broken, emptyFolders, files, ignoreFiles, links } from './patterns.ts';

let [buildkit, buildx, folder]: [Buildkit?, string?, Scratch?] = [];
const tree = sourceTree({ spawn: processSpawn(process.env) });
const sendAll = readIgnoreFile('');

beforeAll(async () => {
  ({ buildx } = await ensureTools(['buildx']));
  buildkit = await startBuildkit();
  folder = await scratch();
  await plant(join(folder.path, 'context'), files, emptyFolders, links);
  await write(folder.path, 'context/build/out/app', 'an executable', 0o755);
  await write(folder.path, 'Dockerfile', 'FROM scratch\nCOPY . /\n');
}, 600_000);

afterAll(async () => {
  await folder?.[Symbol.asyncDispose]();
  await buildkit?.stop();
});

const inOrder = (entries: readonly SourceEntry[]): SourceEntry[] =>
  entries.toSorted((one, other) => (one.path < other.path ? -1 : 1));

async function built(root: string, extra: readonly string[] = []): Promise<SourceEntry[]> {
  const destination = join(root, 'exported');
  const { environment = {} } = buildkit ?? {};
  await rm(destination, { recursive: true, force: true });
  const file = join(root, 'Dockerfile');
  await buildInto(destination, {
    buildx: buildx ?? '',
    environment,
    context: join(root, 'context'),
    file,
    extra,
  });
  return inOrder((await tree.list(destination, sendAll)).entries);
}

/** What our list says is what a build with the same ignore file exports: paths, modes, bytes, empty folders. */
test.each(ignoreFiles.map((text) => [JSON.stringify(text), text]))(
  'sends what BuildKit sends: %s',
  async (_, text) => {
    const root = folder?.path ?? '';
    await write(root, 'Dockerfile.dockerignore', text === '' ? '# none\n' : text);

    const ours = await tree.list(join(root, 'context'), readIgnoreFile(text));

    expect(inOrder(ours.entries)).toEqual(await built(root));
  },
  60_000,
);

test.each(broken)('refuses what BuildKit refuses: %s', async (text) => {
  const root = folder?.path ?? '';
  await write(root, 'Dockerfile.dockerignore', `${text}\n`);

  expect(() => readIgnoreFile(text)).toThrow(Unhashable);
  await expect(built(root)).rejects.toThrow(/syntax error in pattern|illegal exclusion pattern/);
});
