/** A real PostgreSQL in a pod of the release's namespace, for what a release and its undo make of its schema. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { pushPostgresImage } from '../../../sandbox/databases/image.ts';
import { minimalRole } from './identity.ts';
import type { Rule } from './identity.ts';
import type { TestNamespace } from './namespace.ts';
import { tool } from './tools.ts';

/** What the README of rollback says that a database in a pod needs. */
export const databaseRole = (): readonly Rule[] => minimalRole('rollback', 'role: database');

/** The server lets everybody in; the password is there to be hidden. */
export const databasePassword = 'open-sesame-schema-4711';

/** As a workflow writes it. */
export const databaseOf = ({ name }: TestNamespace): string => `
engine: postgresql
kubernetes: { namespace: ${name}, selector: app=postgres }
database: shop
user: shop
password: ${databasePassword}
`;

export interface ShopDatabase {
  sql(text: string): Promise<void>;
  /** The pod is gone when it resolves. */
  remove(): Promise<void>;
}

const pod = 'postgres-0';

/** Holds `public.orders (id, total)` when it resolves. */
export async function databaseIn(namespace: TestNamespace): Promise<ShopDatabase> {
  const container = { name: 'postgres', image: await pushPostgresImage(namespace.sandbox.registry) };
  await namespace.create('v1 Pod', pod, {
    metadata: { labels: { app: 'postgres' } },
    spec: { terminationGracePeriodSeconds: 1, automountServiceAccountToken: false, containers: [container] },
  });
  const kubectl = await tool('kubectl');
  const where = ['--kubeconfig', namespace.sandbox.kubeconfig, '--namespace', namespace.name];
  const sql = (text: string, database = 'shop'): Promise<void> =>
    run(kubectl, [...where, 'exec', '--stdin', pod, '--', ...psql, '--dbname', database], text);
  await untilItAnswers(() => sql('SELECT 1', 'postgres'));
  await sql('CREATE DATABASE shop', 'postgres');
  await sql('CREATE TABLE orders (id integer PRIMARY KEY, total bigint)');
  return {
    sql,
    remove: () => run(kubectl, [...where, 'delete', 'pod', pod, '--wait'], ''),
  };
}

const psql = ['psql', '--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', '--username=shop', '--file=-'];

function run(program: string, argv: readonly string[], input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(said))));
    child.stdin.on('error', () => undefined); // its exit says why
    child.stdin.end(input);
  });
}

async function untilItAnswers(ask: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + 60_000; ; await sleep(200)) {
    const failed = await ask().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (failed === undefined) return;
    if (Date.now() > deadline) throw failed.error;
  }
}
