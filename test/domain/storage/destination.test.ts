import { expect, test } from '@jest/globals';
import { formatDestination, readDestination } from '../../../lib/domain/storage/destination.ts';

test.each([
  ['s3://backups', { kind: 's3', bucket: 'backups', prefix: '' }, 's3://backups'],
  ['s3://backups/', { kind: 's3', bucket: 'backups', prefix: '' }, 's3://backups'],
  ['s3://team.backups/shop/prod/', { kind: 's3', bucket: 'team.backups', prefix: 'shop/prod' }, undefined],
  ['gs://team_backups/shop', { kind: 'gs', bucket: 'team_backups', prefix: 'shop' }, undefined],
  ['file:/var/backups/', { kind: 'file', directory: '/var/backups' }, 'file:/var/backups'],
  ['file:///var/backups', { kind: 'file', directory: '/var/backups' }, 'file:/var/backups'],
  ['file:backups', { kind: 'file', directory: 'backups' }, undefined],
  ['file:../backups', { kind: 'file', directory: '../backups' }, undefined],
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
  const read = readDestination('destination', 's3://AKIA:hunter2@backups/shop');
  expect(read).toMatchObject({ fault: { problem: expect.stringMatching(/environment variables/) } });
  expect(JSON.stringify(read)).not.toContain('hunter2');
});
