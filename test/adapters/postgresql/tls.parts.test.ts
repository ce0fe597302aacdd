import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TargetError } from '../../../lib/domain/errors.ts';
import { serverAccount } from '../../../sandbox/databases/account.ts';
import { order, whole } from '../database/round-trip.ts';
import { byUrl, postgres } from './shop.ts';
import type { As } from './shop.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-tls-test-'));
  for (const name of ['server', 'other']) await selfSigned(name);
  const account = await serverAccount('postgres');
  const [key, certificate] = [join(postgres.directory, 'server.key'), join(postgres.directory, 'server.crt')];
  await promisify(execFile)('cp', [
    join(folder, 'server.key'),
    join(folder, 'server.crt'),
    postgres.directory,
  ]);
  for (const file of [key, certificate]) await account.take(file);
  for (const [name, value] of [
    ['ssl_key_file', key],
    ['ssl_cert_file', certificate],
    ['ssl', 'on'],
  ])
    await postgres.sql('postgres', `ALTER SYSTEM SET ${name} = '${value}'`);
  await postgres.sql('postgres', 'SELECT pg_reload_conf()');
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function selfSigned(name: string): Promise<void> {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const files = `-keyout ${key} -out ${certificate}`;
  const subject = '-subj /CN=localhost -addext subjectAltName=DNS:localhost -days 2';
  const request = `req -x509 -newkey rsa:2048 -nodes ${files} ${subject}`;
  await promisify(execFile)('openssl', request.split(' '));
}

const trust = (name: string): string => join(folder, `${name}.crt`);

test('verify-full: the server that its certificate names, and every tool of it', async () => {
  const shop = await byUrl('shop', {
    host: 'localhost',
    sslMode: 'verify-full',
    sslRootCert: trust('server'),
  });
  const { contents } = await whole(await shop.dump({ ...order, fingerprint: 'counts' }));
  expect(contents.fingerprint.tables.length).toBeGreaterThan(3);
});

test('require asks for no more than TLS', async () => {
  const secure = await byUrl('shop', { sslMode: 'require' });
  expect((await secure.probe()).server.engine).toBe('postgresql');
});

test.each<[string, () => As, RegExp]>([
  [
    'a name that the certificate does not have',
    () => ({ host: '127.0.0.1', sslMode: 'verify-full', sslRootCert: trust('server') }),
    /does not match host name "127.0.0.1"/,
  ],
  [
    'somebody else’s certificate',
    () => ({ host: 'localhost', sslMode: 'verify-ca', sslRootCert: trust('other') }),
    /certificate verify failed/,
  ],
  [
    'a list of certificates that is not there',
    () => ({ host: 'localhost', sslMode: 'verify-full', sslRootCert: trust('nothing') }),
    /root certificate file .* does not exist/,
  ],
])('%s is refused', async (_, as, why) => {
  const asked = (await byUrl('shop', as())).probe();
  await expect(asked).rejects.toThrow(TargetError);
  await expect(asked).rejects.toThrow(why);
});
