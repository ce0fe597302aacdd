/** backup-db as a step, against a real PostgreSQL by its address, a real S3, and real scratch servers. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { BackupManifest } from '../../lib/domain/database/backup-manifest.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { startPostgres } from '../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../sandbox/databases/postgresql.ts';
import { shopSql } from '../../sandbox/databases/shop-postgresql.ts';
import { startVersitygw } from '../../sandbox/storage/versitygw.ts';
import type { Versitygw } from '../../sandbox/storage/versitygw.ts';
import { allGone, descendants } from '../support/process-tree.ts';
import { outputNamesOf, root, startStep } from './support/step.ts';
import type { Ending, Step, With } from './support/step.ts';

const run = promisify(execFile);

let postgres: Postgres;
let store: Versitygw;
let home: string;
let identity: string;
let recipient: string;
let servers: ReadonlySet<number>;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-backup-e2e-'));
  identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
  [postgres, store] = await Promise.all([startPostgres(), startVersitygw()]);
  await postgres.sql('postgres', 'CREATE DATABASE shop');
  await postgres.sql('shop', shopSql({ seed: 5, rows: 20_000 }));
  await postgres.sql('shop', 'CREATE ROLE clerk; GRANT USAGE ON SCHEMA shop TO clerk;');
  servers = new Set(descendants(process.pid));
}, 600_000);
afterAll(async () => {
  await Promise.all([postgres.stop(), store.stop()]);
  await rm(home, { recursive: true, force: true });
});

let prefixes = 0;
/** A place of its own for a test. */
const place = (): string => `s3://${store.bucket}/t${++prefixes}`;

const bucket = (destination: string): With => ({
  destination,
  endpoint: store.url,
  region: store.region,
  'access-key-id': store.accessKeyId,
  'secret-access-key': store.secretAccessKey,
});

const database = (name = 'shop'): With => ({
  engine: 'postgresql',
  url: `postgresql://postgres@127.0.0.1:${postgres.port}/${name}`,
  password: postgres.password,
});

const start = (inputs: With): Promise<Step> =>
  startStep({
    action: 'backup-db',
    inputs,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      GITHUB_REPOSITORY: 'octo/shop',
      GITHUB_SHA: '5f3c1c1d9e0b7a6f4d2e8c9b0a1f2e3d4c5b6a79',
      GITHUB_RUN_ID: '1001',
    },
    secrets: [postgres.password, store.secretAccessKey, identity],
    commands: '',
  });
const backup = async (inputs: With): Promise<Ending> => (await start(inputs)).ended;

/** Two backups of one second have no order: their ids are times, to the second. */
const nextSecond = (): Promise<void> => systemClock.sleep(1_000 - (Date.now() % 1_000) + 5);

/** Keys below a destination, without it. */
async function keysIn(destination: string): Promise<string[]> {
  const folder = store.fileOf(destination.slice(`s3://${store.bucket}/`.length));
  const { stdout } = await run('find', [folder, '-type', 'f', '-printf', '%P\n']).catch(() => ({
    stdout: '',
  }));
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

const manifestAt = async (ending: Ending): Promise<BackupManifest> =>
  JSON.parse(await readFile(store.fileOf(keyOf(manifestUri(ending))), 'utf8')) as BackupManifest;
const keyOf = (uri = ''): string => uri.slice(`s3://${store.bucket}/`.length);
const manifestUri = ({ outputs }: Ending): string =>
  (outputs['uri'] ?? '').replace(/dump\..*$/, `manifest.${outputs['verified']}.json`);

test('restored: dumped, encrypted, stored, restored from the storage, and every table the same', async () => {
  const destination = place();
  const done = await backup({
    ...database(),
    ...bucket(destination),
    recipients: recipient,
    verify: 'restored',
    scratch: 'local',
    keep: '{ last: 3 }',
  });
  expect(done.result === 'success' ? '' : done.log).toBe('');
  expect(Object.keys(done.outputs).sort()).toEqual(await outputNamesOf('backup-db'));
  const id = done.outputs['backup-id'] ?? '';
  expect(await keysIn(destination)).toEqual([
    `postgresql/shop/${id}/dump.pgdump.zst.age`,
    `postgresql/shop/${id}/globals.sql.zst.age`,
    `postgresql/shop/${id}/manifest.restored.json`,
  ]);
  const manifest = await manifestAt(done);
  const schema: unknown = JSON.parse(await readFile(join(root, 'docs/schemas/backup-manifest.json'), 'utf8'));
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema as object);
  expect([validate(manifest), validate.errors]).toEqual([true, null]);
  expect(manifest).toMatchObject({
    id,
    engine: 'postgresql',
    database: 'shop',
    layers: [{ kind: 'age', recipients: [recipient] }, { kind: 'zstd' }],
    verified: { level: 'restored' },
    by: { repository: 'octo/shop', commit: '5f3c1c1d9e0b7a6f4d2e8c9b0a1f2e3d4c5b6a79', run: '1001' },
  });
  expect(done.outputs).toMatchObject({
    verified: 'restored',
    bytes: String(manifest.object.bytes),
    'raw-bytes': String(manifest.raw.bytes),
    sha256: manifest.object.sha256,
    'schema-fingerprint': manifest.schemaFingerprint,
    kept: JSON.stringify([id]),
    deleted: '[]',
  });
  expect(Number(done.outputs['restore-seconds'])).toBeGreaterThan(0);
  expect(done.summary).toContain('restored, and every table compared');
  await allGone(descendants(process.pid).filter((pid) => !servers.has(pid)));

  // And with nothing but stock tools, as docs/recovery.md has it, into another database of the same server.
  await writeFile(join(home, 'key'), identity, { mode: 0o600 });
  await postgres.sql('postgres', 'CREATE DATABASE stock');
  const script = `set -eu
    age -d -i "$1/key" "$2" | zstd -dq > "$1/dump"
    pg_restore --exit-on-error -h "$3" -p "$4" -U postgres -d stock "$1/dump"`;
  const object = store.fileOf(keyOf(done.outputs['uri']));
  await run('bash', [
    '-o',
    'pipefail',
    '-c',
    script,
    'sh',
    home,
    object,
    postgres.socket,
    String(postgres.port),
  ]);
  expect(await postgres.sql('stock', 'SELECT count(*) FROM shop.orders')).toBe('20000');
  const opened = 'age -d -i "$1/key" "$2" | zstd -dq';
  const roles = store.fileOf(keyOf(done.outputs['uri']).replace('dump.pgdump', 'globals.sql'));
  const { stdout } = await run('bash', ['-o', 'pipefail', '-c', opened, 'sh', home, roles]);
  expect(stdout).toContain('CREATE ROLE clerk;');
}, 240_000);

test('complete and parsed, and check: the newest that is proven far enough', async () => {
  const destination = place();
  const where = { ...database(), ...bucket(destination), recipients: recipient, globals: false };
  const parsed = await backup({ ...where, verify: 'parsed' });
  expect([parsed.result, parsed.reason]).toEqual(['success', expect.stringContaining('read to its end')]);
  await nextSecond();
  const complete = await backup(where);
  expect(complete.result).toBe('success');

  const asked = { mode: 'check', engine: 'postgresql', database: 'shop', ...bucket(destination) };
  const young = await backup({ ...asked, verify: 'parsed', 'max-age': '1h' });
  expect(young).toMatchObject({ result: 'success', exit: 0 });
  expect(young.outputs['backup-id']).toBe(parsed.outputs['backup-id']);
  const never = await backup({ ...asked, verify: 'restored' });
  expect(never).toMatchObject({ result: 'failure', exit: 1 });
  expect(never.reason).toContain(`the newest, ${complete.outputs['backup-id']}, is only complete`);
  const old = await backup({ ...asked, 'max-age': '1ms' });
  expect(old).toMatchObject({ result: 'failure' });
  expect(old.reason).toContain('max-age allows 0s');
}, 240_000);

test('retention: only after success, and never what is not ours', async () => {
  const destination = place();
  const where = { ...database(), ...bucket(destination), globals: false, keep: '{ last: 2 }' };
  const first = await backup(where);
  await nextSecond();
  const second = await backup(where);
  await nextSecond();
  const wrong = await backup({ ...where, 'exclude-tables': 'shop.ordrs' });
  expect([wrong.result, wrong.log]).toEqual([
    'failure',
    expect.stringMatching(/exclude-tables\s+shop\.ordrs\s+did you mean shop\.orders\?/),
  ]);
  expect(await keysIn(destination)).toHaveLength(4);
  const third = await backup(where);
  expect([third.outputs['deleted'], third.outputs['kept']]).toEqual([
    JSON.stringify([first.outputs['backup-id']]),
    JSON.stringify([third.outputs['backup-id'], second.outputs['backup-id']]),
  ]);
  expect(third.summary).toContain('2 kept, 1 deleted');
  expect(third.log).toContain('not encrypted');
}, 240_000);

test('dry run: says what would be done, and does nothing', async () => {
  const destination = place();
  const planned = await backup({
    ...database(),
    ...bucket(destination),
    verify: 'restored',
    scratch: 'local',
    'dry-run': true,
  });
  expect(planned).toMatchObject({ result: 'success', reason: expect.stringContaining('would back up shop') });
  expect(planned.summary).toContain('Dry run');
  expect(await keysIn(destination)).toEqual([]);
}, 120_000);

test('wrong password, no such database, no such bucket: seconds, the cause, and nothing stored', async () => {
  const destination = place();
  const where = { ...database(), ...bucket(destination) };
  for (const [rest, cause] of [
    [{ password: 'wrong-password-7781' }, /password/],
    [{ url: `postgresql://postgres@127.0.0.1:${postgres.port}/shopp` }, /no such database/],
    [{ destination: 's3://no-such-bucket/x' }, /bucket/i],
  ] as const) {
    const ended = await backup({ ...where, ...rest });
    expect([ended.result, ended.log]).toEqual(['failure', expect.stringMatching(cause)]);
    expect(ended.durationMs).toBeLessThan(30_000);
  }
  expect(await keysIn(destination)).toEqual([]);
}, 240_000);
