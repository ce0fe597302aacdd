/** What every turn shares: a repository that is checked out, a registry with a way to it that counts, a builder. */
import { execFile } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pushBase } from '../../sandbox/images/base.ts';
import { startBuildkit } from '../../sandbox/images/buildkit.ts';
import type { Buildkit } from '../../sandbox/images/buildkit.ts';
import { startDistribution } from '../../sandbox/images/distribution.ts';
import { startRegistryProxy } from '../../sandbox/images/registry-proxy.ts';
import type { RegistryProxy } from '../../sandbox/images/registry-proxy.ts';
import { ensureTools } from '../../sandbox/tools.ts';

export interface Setting {
  /** What is built: a Dockerfile and 20 MB that it copies. */
  readonly context: string;
  /** `127.0.0.1:40001` */
  readonly registry: string;
  /** The same through a proxy that counts; slower, so never timed. */
  readonly counter: RegistryProxy;
  /** Has built it before. */
  readonly warm: Buildkit;
  readonly buildx: string;
  /** The script of build-push. */
  readonly entry: string;
  /** An empty home, with buildx as docker's plugin first on PATH. */
  readonly home: string;
  readonly path: string;
}

/** Some seconds of work that a compiler would have, and a file as large as what it might write. */
const dockerfileOn = (base: string): string => `FROM ${base}
COPY seed /seed
RUN dd if=/dev/zero bs=1M count=1000 | sha256sum > /sum && cp /seed /artifact
`;

/** Opened on the stack, which ends it all. */
export async function openSetting(entry: string, stack: AsyncDisposableStack): Promise<Setting> {
  const home = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const { buildx } = await ensureTools(['buildx']);
  await mkdir(join(home, 'bin'));
  await symlink(buildx, join(home, 'bin', 'docker-buildx'));
  const registry = stack.use(await startDistribution());
  const counter = await startRegistryProxy(registry.address);
  stack.defer(() => counter.stop());
  const base = await pushBase({ registry: registry.address });
  return {
    context: await checkout(join(home, 'work'), dockerfileOn(base.pinned)),
    registry: registry.address,
    counter,
    warm: stack.use(await startBuildkit()),
    buildx,
    entry,
    home,
    path: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}`,
  };
}

async function checkout(folder: string, dockerfile: string): Promise<string> {
  await mkdir(folder);
  await writeFile(join(folder, 'Dockerfile'), dockerfile);
  await writeFile(join(folder, '.dockerignore'), '.git\n');
  await writeFile(join(folder, 'seed'), noise(20e6));
  const git = (...args: string[]): Promise<unknown> =>
    promisify(execFile)('git', ['-C', folder, '-c', 'user.name=ada', '-c', 'user.email=a@test', ...args]);
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'shop');
  return folder;
}

/** Incompressible, and the same every time. */
const noise = (size: number): Buffer =>
  createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16)).update(Buffer.alloc(size));
