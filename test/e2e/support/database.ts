/** A real PostgreSQL in a pod of the release's namespace, for what a release and its undo make of its schema. */
import { postgresql } from '../../support/databases/engines.ts';
import { pathWithKubectl, serverInPod } from '../../support/databases/pod.ts';
import { minimalRole } from './identity.ts';
import type { Rule } from './identity.ts';
import type { TestNamespace } from './namespace.ts';

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

/** Holds `public.orders (id, total)` when it resolves. */
export async function databaseIn(namespace: TestNamespace): Promise<ShopDatabase> {
  const { sandbox, name } = namespace;
  const { kubeconfig, registry } = sandbox;
  const env = { PATH: await pathWithKubectl(), HOME: process.env['HOME'] ?? '' };
  const where = { kubeconfig, registry, namespace: name, env, pod: 'postgres-0', labels: 'app=postgres' };
  const server = await serverInPod(postgresql, where);
  await server.sql('postgres', 'CREATE DATABASE shop');
  const sql = async (text: string): Promise<void> => void (await server.sql('shop', text));
  await sql('CREATE TABLE orders (id integer PRIMARY KEY, total bigint)');
  return {
    sql,
    remove: async () => void (await server.kubectl('delete', 'pod', server.pod, '--wait')),
  };
}
