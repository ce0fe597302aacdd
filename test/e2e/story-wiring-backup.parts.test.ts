import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jobOf, stepOf } from '../../sandbox/act/workflow-run.ts';
import { Wiring, endsOf, inputsOf, ranOf, refusedOf } from './support/wiring.ts';
import type { Ends, Played } from './support/wiring.ts';

/** The examples that save databases, and what depends on it. */
let wiring: Wiring;
beforeAll(async () => {
  wiring = await Wiring.open();
});
afterAll(() => wiring[Symbol.asyncDispose]());

const recipient = 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj';
const variables = {
  BACKUP_RECIPIENT: recipient,
  BACKUP_ENDPOINT: 'https://storage.example.org',
  BACKUP_ROLE: 'arn:aws:iam::123456789012:role/backup',
  BACKUP_READER: 'arn:aws:iam::123456789012:role/reader',
  DRILL_ROLE: 'arn:aws:iam::123456789012:role/drill',
  DEPLOY_HOST: 'crm.example.com',
  KNOWN_HOSTS: 'crm.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA\n',
};
const secrets = {
  BACKUP_KEY_ID: 'an-id',
  BACKUP_KEY: 'a-key',
  BACKUP_IDENTITY: 'an-identity',
  DATABASE_PASSWORD: 'a-password',
  DEPLOY_KEY: '-----BEGIN OPENSSH PRIVATE KEY-----\nnot a key\n-----END OPENSSH PRIVATE KEY-----\n',
};

const play = (example: string, event: string, ends: Ends = {}): Promise<Played> =>
  wiring.play(example, {
    event: { name: event, payload: { ref: 'refs/heads/main' } },
    ends,
    variables,
    secrets,
    files: { 'deploy.sh': '#!/bin/sh\necho "deployed after $BACKUP"\n' },
    says: {
      'backup-db': { uri: 's3://crm-backups/production/postgresql/crm/1' },
      'restore-db': { evidence: '' },
    },
  });

test.concurrent.each<[string, string, string, object]>([
  ['nightly-backup.yml', 'backup', 'backup', { verify: 'restored', sse: 'AES256', recipients: recipient }],
  ['backup-check.yml', 'check', 'check', { mode: 'check', verify: 'restored', 'max-age': '26h' }],
  [
    'restore-drill.yml',
    'drill',
    'drill',
    { mode: 'drill', backup: 'latest-verified', rto: '30m', rpo: '1m' },
  ],
  ['mariadb-to-s3.yml', 'backup', 'backup', { engine: 'mariadb', verify: 'restored' }],
])('%s: what the actions get, they take', async (example, job, step, inputs) => {
  const run = await play(example, 'schedule');

  expect(endsOf(run)).toEqual({ [job]: 'success' });
  expect(inputsOf(jobOf(run, job), step)).toMatchObject(inputs);
  expect(await refusedOf(run)).toEqual([]);
});

test.concurrent.each<[string, Ends, string[]]>([
  ['a backup that is proven', {}, ['backup', 'deploy']],
  ['a backup that fails', { 'backup-db': 'failure' }, ['backup']],
  ['a backup of which nothing is known', { 'backup-db': 'crash' }, ['backup']],
])('over SSH: %s', async (_what, ends, ran) => {
  const run = await play('backup-over-ssh.yml', 'push', ends);
  const job = jobOf(run, 'deploy');

  expect(ranOf(job, ['backup', 'deploy'])).toEqual(ran);
  if (ran.includes('deploy'))
    expect(stepOf(job, 'deploy').log).toContain(
      'deployed after s3://crm-backups/production/postgresql/crm/1',
    );
  expect(run.log).not.toContain('not a key');
  expect(await refusedOf(run)).toEqual([]);
});
