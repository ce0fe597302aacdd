import { expect, test } from '@jest/globals';
import { ecrRegistryOf } from '../../../lib/domain/oci/ecr.ts';

test.each([
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'eu-west-1', 'https://api.ecr.eu-west-1.amazonaws.com/'],
  [
    '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn',
    'cn-north-1',
    'https://api.ecr.cn-north-1.amazonaws.com.cn/',
  ],
  [
    '123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com',
    'us-gov-west-1',
    'https://ecr-fips.us-gov-west-1.amazonaws.com/',
  ],
  ['123456789012.dkr-ecr.eu-west-1.on.aws', 'eu-west-1', 'https://ecr.eu-west-1.api.aws/'],
])('%s', (host, region, api) => {
  expect(ecrRegistryOf(host)).toEqual({ kind: 'private', account: '123456789012', region, api });
});

test('public images have one API', () => {
  expect(ecrRegistryOf('public.ecr.aws')).toMatchObject({ kind: 'public', region: 'us-east-1' });
});

test.each([
  'ghcr.io',
  '12345.dkr.ecr.eu-west-1.amazonaws.com',
  '123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example',
  'ecr.eu-west-1.amazonaws.com',
  '',
])('%s is none', (host) => {
  expect(ecrRegistryOf(host)).toBeUndefined();
});
