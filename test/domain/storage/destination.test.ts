import { expect, test } from '@jest/globals';
import { formatDestination, readDestination } from '../../../lib/domain/storage/destination.ts';

const vault = { kind: 'ssh', user: 'ops', directory: '/srv/backups' };

test.each([
  ['s3://backups', { kind: 's3', bucket: 'backups', prefix: '' }, 's3://backups'],
  ['s3://backups/', { kind: 's3', bucket: 'backups', prefix: '' }, 's3://backups'],
  ['s3://team.backups/shop/prod/', { kind: 's3', bucket: 'team.backups', prefix: 'shop/prod' }, undefined],
  ['gs://team_backups/shop', { kind: 'gs', bucket: 'team_backups', prefix: 'shop' }, undefined],
  ['file:/var/backups/', { kind: 'file', directory: '/var/backups' }, 'file:/var/backups'],
  ['file:///var/backups', { kind: 'file', directory: '/var/backups' }, 'file:/var/backups'],
  ['file:backups', { kind: 'file', directory: 'backups' }, undefined],
  ['file:../backups', { kind: 'file', directory: '../backups' }, undefined],
  ['ssh://ops@vault/srv/backups/', { ...vault, host: 'vault', port: 22 }, 'ssh://ops@vault/srv/backups'],
  ['ssh://ops@vault:22/srv/backups', { ...vault, host: 'vault', port: 22 }, 'ssh://ops@vault/srv/backups'],
  ['ssh://ops@10.0.0.4:2222/srv/backups', { ...vault, host: '10.0.0.4', port: 2222 }, undefined],
  ['ssh://ops@[fd00::4]:2222/srv/backups', { ...vault, host: 'fd00::4', port: 2222 }, undefined],
])('%s', (text, value, formatted = text.replace(/\/$/, '')) => {
  const read = readDestination('destination', text);
  expect(read).toEqual({ kind: 'read', value });
  if (read.kind === 'read') expect(formatDestination(read.value)).toBe(formatted);
});

test.each([
  ['', /is required: s3:/],
  ['s3://', /names no bucket/],
  ['s3:///prefix', /names no bucket/],
  ['s3:bucket', /write s3:\/\/bucket\/prefix/],
  ['s3://Backups/Shop', /lower-case: did you mean s3:\/\/backups\/Shop\?/],
  ['s3://ab', /3 to 63 characters/],
  ['s3://-backups', /is no bucket/],
  ['s3://back..ups', /is no bucket/],
  ['s3://team_backups', /is no bucket/],
  ['s3://192.168.1.4/backups', /is no bucket/],
  ['s3://storage:9000/backups', /names a port.*endpoint/],
  ['s3://backups/a/../b', /the prefix holds \. or \.\./],
  ['s3://backups//a', /the prefix begins/],
  ['s3://backups/a//b', /the prefix holds \/\//],
  ['s3://backups/a?versionId=1', /inputs of their own/],
  ['s3://backups/a\nb', /control character/],
  [`s3://backups/${'a'.repeat(700)}`, /longer than 600/],
  ['/var/backups', /write file:\/var\/backups/],
  ['backups', /must be s3:/],
  ['file:', /names no directory/],
  ['file:/', /names no directory/],
  ['file://nas/backups', /names a host, nas/],
  ['file:~/backups', /~ means nothing here/],
  ['ssh:/srv/backups', /write ssh:\/\/user@host\/directory/],
  ['ssh://vault/srv/backups', /names no user/],
  ['ssh://-oProxyCommand=x@vault/srv', /is no user name/],
  ['ssh://ops@-oProxyCommand=x/srv', /names no host/],
  ['ssh://ops@vault', /names no directory/],
  ['ssh://ops@vault/', /names no directory/],
  ['ssh://ops@vault/~/backups', /~ means nothing here/],
  ['ssh://ops@vault:0/srv', /0 is no port/],
  ['ssh://ops@vault:x/srv', /write ssh:/],
  ['ssh://ops@vault/srv\n', /control character/],
  ['ssh://ops@vault/~', /~ means nothing here/],
  ['https://backups.s3.amazonaws.com/shop', /write s3:\/\/bucket\/prefix here/],
  ['s4://backups', /did you mean s3:\?/],
  ['gcs://backups', /did you mean gs:\?/],
  ['azblob://backups', /must be s3:/],
])('%j is a fault with a remedy', (text, problem) => {
  const read = readDestination('destination', text);
  expect(read).toMatchObject({
    kind: 'wrong',
    fault: { input: 'destination', value: text || 'empty', problem: expect.stringMatching(problem) },
  });
});

test('a password in a destination is not repeated', () => {
  for (const [text, problem] of [
    ['s3://AKIA:hunter2@backups/shop', /inputs of their own instead/],
    ['ssh://ops:hunter2@vault/srv', /destination-ssh-key instead/],
    ['sftp://ops:hunter2@vault/srv', /write ssh:/],
  ] as const) {
    const read = readDestination('destination', text);
    expect(read).toMatchObject({ fault: { problem: expect.stringMatching(problem) } });
    expect(JSON.stringify(read)).not.toContain('hunter2');
  }
});
