import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const source = import.meta.dirname;

export interface ServiceBinary {
  path: string;
  /** As images name it: `amd64`, `arm64`. */
  architecture: string;
}

let building: Promise<ServiceBinary> | undefined;

/** The service's binary, built once into the tools cache and again only when its source changed. */
export function serviceBinary(): Promise<ServiceBinary> {
  building ??= build().catch((error: unknown) => {
    building = undefined;
    throw error;
  });
  return building;
}

async function build(): Promise<ServiceBinary> {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const path = join(toolsFolder(), `service-${await sourceKey(architecture)}`, 'service');
  if (!(await exists(path))) await compile(path, architecture);
  return { path, architecture };
}

/** Where every tool of the sandbox is built once: `<name>-<key>/<name>`. */
export function toolsFolder(): string {
  const root = process.env['SLIPWAY_CACHE'];
  if (root) return join(root, 'tools');
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'slipway', 'tools');
}

async function sourceKey(architecture: string): Promise<string> {
  const { stdout: compiler } = await run('go', ['env', 'GOVERSION'], { cwd: source });
  const key = createHash('sha256').update(architecture).update(compiler);
  const files = (await readdir(source)).filter((name) => name.endsWith('.go') || name === 'go.mod');
  for (const name of files.sort()) key.update(name).update(await readFile(join(source, name)));
  return key.digest('hex').slice(0, 16);
}

/** Compiles beside the target and renames, so that a second builder or a kill leaves no half file. */
async function compile(path: string, architecture: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = await mkdtemp(join(dirname(path), 'building-'));
  try {
    const flags = ['-trimpath', '-buildvcs=false', '-ldflags', '-s -w -buildid='];
    await run('go', ['build', ...flags, '-o', join(beside, 'service'), '.'], {
      cwd: source,
      env: { ...process.env, CGO_ENABLED: '0', GOOS: 'linux', GOARCH: architecture, GOFLAGS: '' },
    });
    await rename(join(beside, 'service'), path);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
