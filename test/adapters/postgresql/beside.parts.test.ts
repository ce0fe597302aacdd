/** Other databases of the server, its roles, its disk, its archive: all that is not a dump. */
import { inspect } from 'node:util';
import { statfs } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TargetError } from '../../../lib/domain/errors.ts';
import { startPostgres } from '../../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../../sandbox/databases/postgresql.ts';
import { until } from '../../sandbox-parts/running.ts';
import { collect, from } from '../../support/bytes.ts';
import { equal, order, restoring, whole } from '../database/round-trip.ts';
import { byUrl, inPod, postgres } from './shop.ts';

const names = (pattern: string): Promise<string> =>
  postgres.sql('postgres', `SELECT datname FROM pg_database WHERE datname LIKE '${pattern}' ORDER BY 1`);

test('a database beside: as empty, as encoded, and as sorted as a restore needs; then dropped under its users', async () => {
  await postgres.sql(
    'postgres',
    `CREATE ROLE keeper; CREATE DATABASE icu OWNER keeper TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu
      ICU_LOCALE 'de-AT' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'`,
  );
  const server = await byUrl('icu');
  const made = await server.createBeside(`it's "beside"`);
  expect(made.described).toBe(`database it's "beside" beside ${server.described}`);
  expect(await made.occupants()).toEqual([]);
  const like = (name: string): Promise<string> =>
    postgres.sql(
      'postgres',
      `SELECT datdba::regrole, encoding, datlocprovider, daticulocale, datcollate, datctype FROM pg_database
        WHERE datname = $$${name}$$`,
    );
  expect(await like(`it's "beside"`)).toBe(await like('icu'));
  expect(await like('icu')).toBe('keeper|6|i|de-AT|C|C.UTF-8');

  const again = server.createBeside(`it's "beside"`);
  await expect(again).rejects.toThrow(TargetError);
  await expect(again).rejects.toThrow(`there is a database it's "beside" on the server already`);
  expect(await server.namesBeside(`it's`)).toEqual([`it's "beside"`]);
  expect(await server.namesBeside('nothing_')).toEqual([]);
  await expect(server.createBeside('--help')).rejects.toThrow('looks like an option');

  // Somebody is connected.
  const dump = postgres.sql(`it's "beside"`, 'SELECT pg_sleep(600)').catch((error: unknown) => error);
  const connected = `SELECT count(*) FROM pg_stat_activity WHERE datname = $$it's "beside"$$`;
  await until('somebody is connected', async () => (await postgres.sql('postgres', connected)) === '1');
  await server.dropBeside(`it's "beside"`);
  expect(await dump).toBeInstanceOf(Error);
  expect(await names(`it%`)).toBe('');
  await server.dropBeside(`it's "beside"`);
});

test('restored beside what is in use', async () => {
  const shop = inPod('shop');
  const { bytes, contents } = await whole(await shop.dump(order));
  const made = await shop.createBeside('shop_restored_1');
  await made.restore(from(bytes), restoring);
  await equal(contents, made);
  await shop.dropBeside('shop_restored_1');
  expect(await names('shop_restored%')).toBe('');
});

test('who may not make a database is told so, and has made none', async () => {
  await postgres.sql('postgres', `CREATE USER small PASSWORD 'small'`);
  const small = await byUrl('shop', { user: 'small', password: 'small' });
  await expect(small.createBeside('x_small')).rejects.toThrow('may not create database');
  expect(await names('x_small')).toBe('');
});

test('a dump is parsed to its end, here and there; one that was cut is not', async () => {
  const { bytes } = await whole(await (await byUrl('shop')).dump({ ...order, fingerprint: 'counts' }));
  for (const database of [await byUrl('shop'), inPod('shop')]) {
    expect((await database.parse(from(bytes))).bytes).toBe(bytes.length);
    for (const share of [0, 0.1, 0.5, 0.99]) {
      const cut = database.parse(from(bytes.subarray(0, bytes.length * share)));
      await expect(cut).rejects.toThrow(TargetError);
      await expect(cut).rejects.toThrow('no whole dump');
    }
    await expect(database.parse(from(Buffer.from('CREATE TABLE t ();\n')))).rejects.toThrow('no whole dump');
  }
});

test('free disk is told by the socket, and unknown over the network and to who may not know', async () => {
  const free = await inPod('shop').freeBytes();
  const { bavail, bsize } = await statfs(postgres.directory);
  expect(Math.abs((free ?? 0) / (bavail * bsize) - 1)).toBeLessThan(0.2);
  expect(await (await byUrl('shop')).freeBytes()).toBeUndefined();
  const noDf = inPod('shop', (tool) => tool.map((word) => (word === 'df' ? 'no-such-df' : word)));
  expect(await noDf.freeBytes()).toBeUndefined();
});

test('the extensions that could be made', async () => {
  const { installable, nonTransactional } = await (await byUrl('shop')).probe();
  expect(installable).toEqual(expect.arrayContaining(['pgcrypto', 'plpgsql']));
  expect(nonTransactional).toEqual([]);
});

let other: Postgres;
beforeAll(async () => {
  other = await startPostgres();
}, 600_000);
afterAll(() => other.stop());

test('roles and grants go into a server that has some of them, and change none of those', async () => {
  await postgres.sql(
    'postgres',
    `CREATE ROLE readers; CREATE ROLE "Odd ""Role""" PASSWORD 'odd' LOGIN CREATEDB;
     GRANT readers TO "Odd ""Role""" WITH ADMIN OPTION; GRANT pg_monitor TO postgres;
     COMMENT ON ROLE readers IS $$it's
a comment; \\! touch /tmp/x$$;
     ALTER ROLE readers SET search_path TO shop, public; CREATE ROLE there PASSWORD 'theirs' SUPERUSER;
     GRANT readers TO there`,
  );
  await other.sql('postgres', `CREATE ROLE there LOGIN PASSWORD 'mine'`);
  const before = await other.sql(
    'postgres',
    `SELECT rolpassword FROM pg_authid WHERE rolname IN ('there', 'postgres')`,
  );
  const globals = await collect((await (await byUrl('shop')).dumpGlobals()).bytes);

  const target = await byUrl('postgres', { port: other.port, password: other.password });
  await target.applyGlobals(from(globals));
  const role = `SELECT rolcreatedb, rolcanlogin, rolpassword LIKE 'SCRAM%' FROM pg_authid WHERE rolname = 'Odd "Role"'`;
  expect(await other.sql('postgres', role)).toBe('t|t|t');
  const members = `SELECT roleid::regrole, member::regrole, admin_option FROM pg_auth_members
    WHERE roleid = 'readers'::regrole ORDER BY 2::text`;
  expect(await other.sql('postgres', members)).toBe('readers|"Odd ""Role"""|t\nreaders|there|f');
  expect(
    await other.sql('postgres', `SELECT rolsuper, rolcanlogin FROM pg_roles WHERE rolname = 'there'`),
  ).toBe('f|t');
  expect(
    await other.sql('postgres', `SELECT rolpassword FROM pg_authid WHERE rolname IN ('there', 'postgres')`),
  ).toBe(before);
  expect(await other.sql('postgres', `SELECT shobj_description('readers'::regrole, 'pg_authid')`)).toContain(
    'touch /tmp/x',
  );
  // Once more: nothing is in its way.
  await target.applyGlobals(from(globals));
});

test('an error in the middle of the roles makes none of them', async () => {
  const target = await byUrl('postgres', { port: other.port, password: other.password });
  const sql = 'CREATE ROLE half;\nGRANT nobody_there TO half;\n';
  await expect(target.applyGlobals(from(Buffer.from(sql)))).rejects.toThrow('no such role');
  expect(await other.sql('postgres', `SELECT count(*) FROM pg_roles WHERE rolname = 'half'`)).toBe('0');
  await expect(target.applyGlobals(from(Buffer.from('\\! id\n')))).rejects.toThrow('nothing was changed');
});

test('an error about a role does not tell its password', async () => {
  const target = await byUrl('postgres', { port: other.port, password: other.password });
  const hash = 'SCRAM-SHA-256$4096:c2VjcmV0$c2VjcmV0';
  const sql = `CREATE ROLE told;\nALTER ROLE told WITH LOGIN PASSWORD '${hash}' RESOURCE QUEUE x;\n`;
  const error = await target.applyGlobals(from(Buffer.from(sql))).catch((thrown: unknown) => thrown);
  expect(inspect(error, { depth: 9 })).toMatch(/unrecognized role option/);
  expect(inspect(error, { depth: 9 })).not.toContain('c2VjcmV0');
});

test('roles without the right to read their passwords', async () => {
  await postgres.sql('postgres', `CREATE USER weak PASSWORD 'weak'`);
  const weak = await byUrl('shop', { user: 'weak', password: 'weak' });
  const globals = await weak.dumpGlobals();
  await expect(collect(globals.bytes)).rejects.toThrow('may not read the passwords of roles');
});

test('no archive, no replica', async () => {
  const { now, archive, replicas } = await (await byUrl('shop')).durability();
  expect(Math.abs(Date.parse(now) - Date.now())).toBeLessThan(60_000);
  expect([archive, replicas]).toEqual([{ kind: 'off' }, []]);
});
