/** A real repository with a Dockerfile, a submodule and every sort of file that a source hash looks at. */
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Nobody's settings but these; two runs make the same commits. */
const environment = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
};
const settings = [
  'user.name=a',
  'user.email=a@a.test',
  'protocol.file.allow=always',
  'init.defaultBranch=main',
];

export async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const configured = settings.flatMap((setting) => ['-c', setting]);
  return (await run('git', [...configured, ...args], { cwd: folder, env: environment })).stdout.trim();
}

/** One folder holds `shop` (the repository), `library` (its submodule's origin) and `docs` (a folder without git). */
export class Place implements AsyncDisposable {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Place> {
    return new Place(await mkdtemp(join(tmpdir(), 'slipway-source-')));
  }

  /** Another place with the same in it. */
  async copy(): Promise<Place> {
    const other = await Place.make();
    await cp(this.path, other.path, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    return other;
  }

  get shop(): string {
    return join(this.path, 'shop');
  }

  async write(path: string, text: string, mode?: number): Promise<void> {
    const whole = join(this.path, path);
    await mkdir(dirname(whole), { recursive: true });
    await writeFile(whole, text);
    if (mode !== undefined) await chmod(whole, mode);
  }

  async link(target: string, path: string): Promise<void> {
    await rm(join(this.path, path), { force: true });
    await symlink(target, join(this.path, path));
  }

  async remove(path: string): Promise<void> {
    await rm(join(this.path, path), { recursive: true, force: true });
  }

  async commit(folder = 'shop'): Promise<void> {
    await git(join(this.path, folder), 'add', '--all');
    await git(join(this.path, folder), 'commit', '--quiet', '--allow-empty', '--message', 'a change');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

export const dockerfile = `# syntax=docker/dockerfile:1
ARG NODE=24
FROM node:\${NODE} AS build
ARG MODE=prod
COPY . /app
COPY --from=docs . /docs
RUN --mount=type=secret,id=npm --mount=from=cache:1,target=/cache make $MODE
FROM scratch AS release
COPY --from=build /app /app
COPY --from=tools:1 /bin/tool /bin/
`;

export const dockerignore = `.git
*.log
!keep.log
notes
Dockerfile*
.dockerignore
`;

export async function makeRepository(): Promise<Place> {
  const place = await Place.make();
  await place.write('library/lib.c', 'int one;\n');
  await git(join(place.path, 'library'), 'init', '--quiet');
  await place.commit('library');

  await place.write('docs/guide.md', 'a guide\n');
  await place.write('docs/draft.md', 'a draft\n');
  await place.write('docs/.dockerignore', 'draft.md\n');

  await git(place.path, 'init', '--quiet', 'shop');
  await place.write('shop/Dockerfile', dockerfile);
  await place.write('shop/.dockerignore', dockerignore);
  await place.write('shop/.gitignore', 'generated\n');
  await place.write('shop/.gitattributes', '*.txt text=auto\n*.id ident\n*.big filter=big\n');
  await place.write('shop/src/main.ts', 'export {};\n');
  await place.write('shop/src/run.sh', '#!/bin/sh\n', 0o755);
  await place.write('shop/page.txt', 'one\ntwo\n');
  await place.write('shop/version.id', '$Id$\n');
  await place.write('shop/blob.big', 'big\n');
  await place.write('shop/keep.log', 'kept\n');
  await place.write('shop/debug.log', 'noise\n');
  await place.write('shop/notes/todo.md', 'todo\n');
  await place.link('src/main.ts', 'shop/entry');
  await git(place.shop, 'submodule', '--quiet', 'add', join(place.path, 'library'), 'vendor/lib');
  await place.commit();
  // As every checkout has it: `$Id$` filled in.
  await place.remove('shop/version.id');
  await git(place.shop, 'checkout', '--quiet', 'version.id');
  return place;
}
