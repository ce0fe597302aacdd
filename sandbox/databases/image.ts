import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { sha256 } from '../service/digest.ts';
import { pushBlob, pushManifest } from '../service/registry.ts';
import { installedPrograms } from './postgresql.ts';

const run = promisify(execFile);

const environment = (programs: string): Readonly<Record<string, string>> => ({
  PATH: `${programs}:/bin:/usr/bin`,
  LANG: 'C',
  POSTGRES_USER: 'shop',
});
const entrypoint = ['/bin/sh', '/entry.sh'];

/**
 * Loads an image into a Docker engine and returns its name. It is made of this machine's own files, since nothing can
 * be pulled here: PostgreSQL, a shell and coreutils with the libraries that they need. Its entry is a server that lets
 * everybody in by its socket, as the official image's does; its user is `shop`.
 */
export async function loadPostgresImage(dockerHost: string): Promise<string> {
  const programs = installedPrograms();
  const changes = [
    ...Object.entries(environment(programs)).map(([name, value]) => `ENV ${name}=${value}`),
    `ENTRYPOINT ${JSON.stringify(entrypoint)}`,
  ].flatMap((change) => ['--change', change]);
  const tar = await rootFiles(programs);
  const name = 'slipway-postgresql:1';
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

/** The same image, pushed to a registry; returns its name with the digest. */
export async function pushPostgresImage(registry: string): Promise<string> {
  const programs = installedPrograms();
  const tar = await rootFiles(programs);
  const gzipped = await promisify(gzip)(tar, { level: 1 });
  const to = { registry, repository: 'slipway/postgresql' };
  const variables = Object.entries(environment(programs)).map(([name, value]) => `${name}=${value}`);
  const config = json({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Env: variables, Entrypoint: entrypoint },
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
async function rootFiles(programs: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-image-'));
  try {
    const entry = join(folder, 'entry.sh');
    await writeFile(entry, entryScript(programs), { mode: 0o755 });
    const tools = ['postgres', 'initdb', 'psql', 'pg_dump', 'pg_dumpall', 'pg_restore'];
    const inBin = (name: string): string =>
      existsSync(`/bin/${name}`) ? `/bin/${name}` : `/usr/bin/${name}`;
    const binaries = [...tools.map((name) => join(programs, name)), ...shellTools.map(inBin)];
    const share = ['/usr/share/postgresql', '/usr/share/zoneinfo'];
    const files = [...binaries, ...(await libraries(binaries)), join(programs, '../lib'), ...share];
    // Links are followed: /bin is one to /usr/bin here, and need not be there.
    const options = [
      '--create',
      '--dereference',
      '--absolute-names',
      `--transform=s,^${entry}$,/entry.sh,`,
      '--transform=s,^/,,',
    ];
    const accounts = ['/etc/passwd', '/etc/group'];
    const { stdout } = await run('tar', [...options, ...new Set(files), ...accounts, entry], {
      encoding: 'buffer',
      maxBuffer: 1024 * 1024 * 1024,
    });
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const shellTools = ['sh', 'setpriv', 'tee', 'sha256sum', 'wc', 'env', 'mkdir', 'chown', 'cat', 'head'];

const entryScript = (programs: string): string => `#!/bin/sh
set -e
mkdir -p /data /var/run/postgresql /tmp
chown postgres /data /var/run/postgresql
as() { setpriv --reuid postgres --regid postgres --clear-groups -- "$@"; }
as ${programs}/initdb -D /data -U shop --auth=trust -E UTF8 --locale=C --no-sync
exec setpriv --reuid postgres --regid postgres --clear-groups -- ${programs}/postgres -D /data -c fsync=off \\
  -c unix_socket_directories=/var/run/postgresql -c listen_addresses=
`;

/** What the loader would load, from ldd's lines: `libz.so.1 => /lib/…/libz.so.1 (0x…)`. */
async function libraries(binaries: readonly string[]): Promise<string[]> {
  const { stdout } = await run('ldd', [...binaries], { maxBuffer: 16 * 1024 * 1024 });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
}
