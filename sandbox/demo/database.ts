/** The database of the sample service: a real PostgreSQL in production's namespace, and the store where its backups go. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { pushPostgresImage } from '../databases/image.ts';
import { shopSql } from '../databases/shop-postgresql.ts';
import { startVersitygw } from '../storage/versitygw.ts';
import type { Kubectl } from './kubectl.ts';

const name = 'shop-database';
const orders = 50_000;
const patience = 60_000;

/** Creates it with some fifty thousand orders in it, and waits until it answers. */
export async function createDatabase(kubectl: Kubectl, namespace: string, registry: string): Promise<void> {
  const labels = { app: name };
  const container = { name: 'postgresql', image: await pushPostgresImage(registry) };
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace },
    spec: {
      serviceName: name,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers: [container] } },
    },
  };
  await kubectl(['create', '--filename', '-'], JSON.stringify(set));
  const sql = (database: string, text: string): Promise<string> =>
    kubectl(
      ['--namespace', namespace, 'exec', '--stdin', `${name}-0`, '--', ...psql, '--dbname', database],
      text,
    );
  await untilItAnswers(() => sql('postgres', 'SELECT 1'));
  await sql('postgres', 'CREATE DATABASE shop');
  await sql('shop', shopSql({ seed: 7, rows: orders }));
}

const psql = ['psql', '--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', '--username=shop', '--file=-'];

async function untilItAnswers(ask: () => Promise<string>): Promise<void> {
  for (const deadline = Date.now() + patience; ; await sleep(200)) {
    const answered = await ask().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (answered === undefined) return;
    if (Date.now() > deadline) throw answered.error;
  }
}

/** Where a team keeps its backups: the workflow's variables and secrets name it, and nothing else knows it. */
export interface BackupStore extends AsyncDisposable {
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Whether something lies under this address, whatever the workflow says of it. */
  holds(uri: string): boolean;
}

/** Starts an empty one. The key pair is the team's: only the public half is given away. */
export async function startBackupStore(): Promise<BackupStore> {
  const [store, identity] = [await startVersitygw(), await generateX25519Identity()];
  const bucket = `s3://${store.bucket}/`;
  return {
    variables: {
      BACKUPS: `${bucket}production`,
      BACKUP_ENDPOINT: store.url,
      BACKUP_REGION: store.region,
      BACKUP_RECIPIENT: await identityToRecipient(identity),
    },
    secrets: { BACKUP_KEY_ID: store.accessKeyId, BACKUP_KEY: store.secretAccessKey },
    holds: (uri) => uri.startsWith(bucket) && existsSync(store.fileOf(uri.slice(bucket.length))),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
