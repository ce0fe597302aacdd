/** What is done to a source, and whether it is another one then. */
import { mkdir, rename, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { digest, input } from './lab.ts';
import type { Change } from './lab.ts';
import { dockerfile, dockerignore, git } from './repository.ts';
import type { Place } from './repository.ts';

export type Row = readonly [change: string, act: (place: Place) => Promise<unknown>, change?: Change];

const nothing = (): Promise<void> => Promise.resolve();
const edit = (name: string, from: string, to: string) => (place: Place) =>
  place.write(`shop/${name}`, (name === 'Dockerfile' ? dockerfile : dockerignore).replace(from, to));

export const unchanged: readonly Row[] = [
  ['a checkout at another path', nothing],
  [
    'a clone',
    async (p) => {
      await rename(p.shop, join(p.path, 'origin'));
      await git(p.path, 'clone', '--quiet', '--recurse-submodules', 'origin', 'shop');
    },
  ],
  ['a copy without git', (p) => p.remove('shop/.git')],
  ['times alone', (p) => utimes(join(p.shop, 'src/main.ts'), 1, 1)],
  ['an ignored file', (p) => p.write('shop/debug.log', 'more noise\n')],
  ['an ignored file that is new', (p) => p.write('shop/src/../other.log', 'noise\n')],
  [
    'a new name for an ignored file',
    (p) => rename(join(p.shop, 'notes/todo.md'), join(p.shop, 'notes/done.md')),
  ],
  [
    'a commit of what is not sent',
    async (p) => {
      await p.write('shop/notes/todo.md', 'something else\n');
      await p.commit();
    },
  ],
  ['a commit of nothing', (p) => p.commit()],
  ['another branch', (p) => git(p.shop, 'switch', '--quiet', '--create', 'other')],
  ['packed objects', (p) => git(p.shop, 'gc', '--quiet')],
  ['no index', (p) => p.remove('shop/.git/index')],
  ['a file that its group may write', (p) => p.write('shop/src/main.ts', 'export {};\n', 0o664)],
  ['a submodule at another commit with the same files', (p) => p.commit('shop/vendor/lib')],
  ['ignore rules in another order to the same effect', edit('.dockerignore', '.git\n*.log', '*.log\n.git')],
  ['a comment in the ignore file', edit('.dockerignore', '.git', '# what git keeps\n.git')],
  ['an ignored file in a named context', (p) => p.write('docs/draft.md', 'another draft\n')],
  ['platforms in another order', nothing, input({ platforms: ['linux/arm64', 'linux/amd64'] })],
  [
    'platforms in other words',
    nothing,
    input({ platforms: ['linux/x86_64', 'linux/arm64/v8', 'linux/arm64'] }),
  ],
  ['a proxy', nothing, input({ buildArgs: { MODE: 'prod', HTTPS_PROXY: 'http://proxy.test' } })],
  ['a setting that is empty', nothing, input({ settings: { labels: ['team=shop'], ulimit: [] } })],
  ['an image that is not taken in', nothing, { registry: { 'docker.io/library/node:22': digest('f') } }],
];

const context: readonly Row[] = [
  ['a tracked file', (p) => p.write('shop/src/main.ts', 'export default 1;\n')],
  [
    'a tracked file of the same length and time',
    async (p) => {
      const { atime, mtime } = await stat(join(p.shop, 'src/main.ts'));
      await p.write('shop/src/main.ts', 'export [];\n');
      await utimes(join(p.shop, 'src/main.ts'), atime, mtime);
    },
  ],
  ['the executable bit', (p) => p.write('shop/src/main.ts', 'export {};\n', 0o755)],
  [
    'the executable bit where git was told to look away',
    async (p) => {
      await git(p.shop, 'config', 'core.fileMode', 'false');
      await p.write('shop/src/main.ts', 'export {};\n', 0o755);
    },
  ],
  [
    'a file that git was told to believe unchanged',
    async (p) => {
      await git(p.shop, 'update-index', '--assume-unchanged', 'src/main.ts');
      await p.write('shop/src/main.ts', 'export default 1;\n');
    },
  ],
  ['an untracked file', (p) => p.write('shop/src/new.ts', '')],
  ['an untracked file that git ignores and docker does not', (p) => p.write('shop/generated/api.ts', '')],
  ['a file that is gone', (p) => p.remove('shop/src/main.ts')],
  ['a new name', (p) => rename(join(p.shop, 'src/main.ts'), join(p.shop, 'src/other.ts'))],
  ['an empty folder', (p) => mkdir(join(p.shop, 'empty'))],
  ['the target of a link', (p) => p.link('src/run.sh', 'shop/entry')],
  [
    'a link that became a file with its text',
    async (p) => {
      await p.remove('shop/entry');
      await p.write('shop/entry', 'src/main.ts');
    },
  ],
  [
    'a file that became a link to the same bytes',
    async (p) => {
      await rename(join(p.shop, 'page.txt'), join(p.shop, 'notes/page.txt'));
      await p.link('notes/page.txt', 'shop/page.txt');
    },
  ],
  [
    'line ends that git calls unchanged',
    async (p) => {
      await p.write('shop/page.txt', 'one\r\ntwo\r\n');
      await git(p.shop, 'add', 'page.txt');
      expect(await git(p.shop, 'status', '--short')).toBe('');
    },
  ],
  [
    'a checkout with Windows line ends',
    async (p) => {
      await git(p.shop, 'config', 'core.autocrlf', 'true');
      await p.remove('shop/page.txt');
      await git(p.shop, 'checkout', '--quiet', 'page.txt');
      expect(await git(p.shop, 'status', '--short')).toBe('');
    },
  ],
  [
    'an id that git fills in and takes out',
    async (p) => {
      await p.write('shop/version.id', '$Id$\n');
      await git(p.shop, 'add', 'version.id');
      expect(await git(p.shop, 'status', '--short')).toBe('');
    },
  ],
  [
    'a file that a filter makes equal',
    async (p) => {
      await git(p.shop, 'config', 'filter.big.clean', 'echo big');
      await p.write('shop/blob.big', 'much bigger\n');
      await git(p.shop, 'add', 'blob.big');
      expect(await git(p.shop, 'status', '--short')).toBe('');
    },
  ],
  [
    'a submodule at a commit with other files',
    async (p) => {
      await p.write('shop/vendor/lib/lib.c', 'int two;\n');
      await p.commit('shop/vendor/lib');
    },
  ],
  ['a change in a submodule', (p) => p.write('shop/vendor/lib/lib.c', 'int two;\n')],
  ['an untracked file in a submodule', (p) => p.write('shop/vendor/lib/more.c', '')],
  [
    'a submodule that is not there',
    (p) => git(p.shop, 'submodule', '--quiet', 'deinit', '--force', 'vendor/lib'),
  ],
  ['ignore rules in another order', edit('.dockerignore', '*.log\n!keep.log', '!keep.log\n*.log')],
  ['an ignore rule more', edit('.dockerignore', 'notes', 'notes\nsrc')],
  [
    'an ignore file of the Dockerfile alone',
    (p) => p.write('shop/Dockerfile.dockerignore', `${dockerignore}src\n`),
  ],
];
const inDockerfile: readonly Row[] = [
  ['a comment in the Dockerfile', edit('Dockerfile', 'FROM scratch', '# small\nFROM scratch')],
  ['an ARG default that is overridden', edit('Dockerfile', 'MODE=prod', 'MODE=dev')],
  [
    'Windows line ends in the Dockerfile',
    (p) => p.write('shop/Dockerfile', dockerfile.replaceAll('\n', '\r\n')),
  ],
  [
    'another Dockerfile',
    (p) =>
      p
        .write('shop/Dockerfile.other', `${dockerfile}USER 1\n`)
        .then(() => rename(join(p.shop, 'Dockerfile.other'), join(p.shop, 'Dockerfile'))),
  ],
];
const moved = (name: string): Change => ({ registry: { [name]: digest('e') } });
/** With the parts of the hash that then differ. */
export const changed: readonly (readonly [parts: readonly string[], row: Row])[] = [
  ...context.map((row) => [['context'], row] as const),
  ...inDockerfile.map((row) => [['dockerfile'], row] as const),
  [
    ['bases', 'dockerfile'],
    ['an ARG default that names the base', edit('Dockerfile', 'NODE=24', 'NODE=22')],
  ],
  [['build-args'], ['the value of an argument', nothing, input({ buildArgs: { MODE: 'dev' } })]],
  [
    ['build-args'],
    [
      'an argument that the Dockerfile does not declare',
      nothing,
      input({ buildArgs: { MODE: 'prod', X: '1' } }),
    ],
  ],
  [['build-args'], ['an argument less', nothing, input({ buildArgs: {} })]],
  [
    ['bases', 'build-args'],
    ['an argument that names the base', nothing, input({ buildArgs: { MODE: 'prod', NODE: '22' } })],
  ],
  [['target'], ['the target', nothing, input({ target: 'build' })]],
  [
    ['platforms'],
    ['a platform more', nothing, input({ platforms: ['linux/amd64', 'linux/arm64', 'linux/arm/v7'] })],
  ],
  [['platforms'], ['no platform named', nothing, input({ platforms: [] })]],
  [['secrets'], ['a secret id', nothing, input({ secretIds: ['npm', 'other'] })]],
  [['secrets'], ['an ssh id', nothing, input({ sshIds: ['default'] })]],
  [['settings'], ['a label', nothing, input({ settings: { labels: ['team=other'] } })]],
  [['bases'], ['a base that moved', nothing, moved('docker.io/library/node:24')]],
  [['bases'], ['an image of COPY --from that moved', nothing, moved('docker.io/library/tools:1')]],
  [['bases'], ['an image of RUN --mount that moved', nothing, moved('docker.io/library/cache:1')]],
  [['bases'], ['a syntax that moved', nothing, moved('docker.io/docker/dockerfile:1')]],
  [['context docs'], ['a file in a named context', (p) => p.write('docs/guide.md', 'another guide\n')]],
];
