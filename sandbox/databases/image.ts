import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { sha256 } from '../service/digest.ts';
import { pushBlob, pushManifest } from '../service/registry.ts';
import { postgresRecipe } from './image-postgresql.ts';

const run = promisify(execFile);

/** What an image of this machine's own files is made of, since nothing can be pulled here. */
export interface ImageRecipe {
  /** Of the image: `slipway-postgresql`, and `slipway/postgresql` in a registry. */
  readonly name: string;
  /** Of a container, besides PATH and LANG. */
  readonly environment: Readonly<Record<string, string>>;
  /** A folder of programs that comes first in its PATH. */
  readonly programs?: string;
  /** Their libraries come with them, and a shell and coreutils. */
  readonly binaries: readonly string[];
  /** Files and folders that are not looked into. */
  readonly files: readonly string[];
  /** A shell script: sets the server up and becomes it. */
  readonly entry: string;
}

const entrypoint = ['/bin/sh', '/entry.sh'];

const variablesOf = ({ programs, environment }: ImageRecipe): [string, string][] =>
  Object.entries({
    PATH: [...(programs === undefined ? [] : [programs]), '/bin', '/usr/bin'].join(':'),
    LANG: 'C',
    ...environment,
  });

/** Loads an image into a Docker engine and returns its name. */
export async function loadImage(recipe: ImageRecipe, dockerHost: string): Promise<string> {
  const changes = [
    ...variablesOf(recipe).map(([name, value]) => `ENV ${name}=${JSON.stringify(value)}`),
    `ENTRYPOINT ${JSON.stringify(entrypoint)}`,
  ].flatMap((change) => ['--change', change]);
  const tar = await rootFiles(recipe);
  const name = `slipway-${recipe.name}:1`;
  await new Promise<void>((resolve, reject) => {
    const child = spawn('docker', ['import', ...changes, '-', name], {
      env: { ...process.env, DOCKER_HOST: dockerHost },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    child.once('error', reject);
    child.stdin.on('error', () => undefined); // its exit says why
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`docker import ended with ${code}`)),
    );
    child.stdin.end(tar);
  });
  return name;
}

/** Pushes an image to a registry; returns its name with the digest. */
export async function pushImage(recipe: ImageRecipe, registry: string): Promise<string> {
  const tar = await rootFiles(recipe);
  const gzipped = await promisify(gzip)(tar, { level: 1 });
  const to = { registry, repository: `slipway/${recipe.name}` };
  const config = json({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Env: variablesOf(recipe).map(([name, value]) => `${name}=${value}`), Entrypoint: entrypoint },
    rootfs: { type: 'layers', diff_ids: [sha256(tar)] },
  });
  const oci = 'application/vnd.oci.image';
  const manifest = json({
    schemaVersion: 2,
    mediaType: `${oci}.manifest.v1+json`,
    config: { mediaType: `${oci}.config.v1+json`, digest: await pushBlob(to, config), size: config.length },
    layers: [
      { mediaType: `${oci}.layer.v1.tar+gzip`, digest: await pushBlob(to, gzipped), size: gzipped.length },
    ],
  });
  const digest = await pushManifest(to, '1', manifest, `${oci}.manifest.v1+json`);
  return `${registry}/${to.repository}@${digest}`;
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** A tar of all that the image holds. */
async function rootFiles({ binaries, files, entry: script }: ImageRecipe): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-image-'));
  try {
    const entry = join(folder, 'entry.sh');
    await writeFile(entry, script, { mode: 0o755 });
    const temporary = join(folder, 'tmp');
    await mkdir(temporary);
    await chmod(temporary, 0o1777);
    const programs = [...binaries, ...shellTools.map(inBin)];
    const all = [...programs, ...(await libraries(programs)), ...files];
    // Links are followed: /bin is one to /usr/bin here, and need not be there.
    const options = [
      '--create',
      '--dereference',
      '--absolute-names',
      `--transform=s,^${entry}$,/entry.sh,`,
      `--transform=s,^${temporary}$,/tmp,`,
      '--transform=s,^/,,',
    ];
    const accounts = ['/etc/passwd', '/etc/group'];
    const { stdout } = await run('tar', [...options, ...new Set(all), ...accounts, entry, temporary], {
      encoding: 'buffer',
      maxBuffer: 1024 * 1024 * 1024,
    });
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A program of the system by its name. */
export const inBin = (name: string): string =>
  ['/bin', '/usr/bin', '/usr/sbin'].map((folder) => `${folder}/${name}`).find((path) => existsSync(path)) ??
  `/usr/bin/${name}`;

const shellTools =
  'sh setpriv tee sha256sum wc env mkdir chown cat head id rm rmdir sleep df chmod tail'.split(' ');

/** What the loader would load, from ldd's lines: `libz.so.1 => /lib/…/libz.so.1 (0x…)`. */
async function libraries(binaries: readonly string[]): Promise<string[]> {
  const { stdout } = await run('ldd', [...binaries], { maxBuffer: 16 * 1024 * 1024 });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
}

/** PostgreSQL. Everybody comes in by its socket, as in the official image; its user is `shop`. */
export const loadPostgresImage = (dockerHost: string): Promise<string> =>
  loadImage(postgresRecipe(), dockerHost);
export const pushPostgresImage = (registry: string): Promise<string> => pushImage(postgresRecipe(), registry);
