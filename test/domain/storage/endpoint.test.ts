import { expect, test } from '@jest/globals';
import type { BucketPlace } from '../../../lib/domain/storage/destination.ts';
import { readService } from '../../../lib/domain/storage/endpoint.ts';

const place = (kind: 's3' | 'gs', bucket = 'backups'): BucketPlace => ({ kind, bucket, prefix: '' });

test.each([
  [place('s3'), '', 'eu-central-1', 'https://s3.eu-central-1.amazonaws.com', 'eu-central-1', false],
  [place('s3'), '', 'cn-north-1', 'https://s3.cn-north-1.amazonaws.com.cn', 'cn-north-1', false],
  [place('s3', 'team.backups'), '', 'eu-west-1', 'https://s3.eu-west-1.amazonaws.com', 'eu-west-1', true],
  [place('s3'), 'https://minio.example.org:9000', '', 'https://minio.example.org:9000', 'us-east-1', true],
  [place('s3'), 'http://minio', 'garage', 'http://minio', 'garage', true],
  [place('gs'), '', '', 'https://storage.googleapis.com', 'auto', true],
])('%j at %j in %j', (where, endpoint, region, origin, signedFor, pathStyle) => {
  const read = readService(where, { endpoint, region });
  expect(read).toMatchObject({ kind: 'read', value: { region: signedFor, pathStyle } });
  if (read.kind === 'read') expect(read.value.endpoint.origin).toBe(origin);
});

test.each([
  ['minio.example.org', '', 'endpoint', /give its scheme: https:\/\/minio\.example\.org/],
  ['minio:9000', '', 'endpoint', /give its scheme: https:\/\/minio:9000/],
  ['ftp://minio', '', 'endpoint', /https:\/\/ or http:\/\//],
  ['https://', '', 'endpoint', /is no address/],
  ['https://minio/backups', '', 'endpoint', /belong to the destination/],
  ['https://minio?x=1', '', 'endpoint', /belong to the destination/],
  ['', '', 'region', /is required where no endpoint is given/],
  ['', 'Frankfurt am Main', 'region', /must be a region/],
])('endpoint %j, region %j: a fault', (endpoint, region, input, problem) => {
  expect(readService(place('s3'), { endpoint, region })).toMatchObject({
    kind: 'wrong',
    fault: { input, problem: expect.stringMatching(problem) },
  });
});

test('a password in an endpoint is not repeated', () => {
  const read = readService(place('s3'), { endpoint: 'https://me:hunter2@minio', region: '' });
  expect(read).toMatchObject({ kind: 'wrong' });
  expect(JSON.stringify(read)).not.toContain('hunter2');
});
