import { expect, test } from '@jest/globals';
import { AwsV4Signer } from 'aws4fetch';
import { ecrLogins } from '../../../lib/adapters/ecr/client.ts';
import { transport } from '../../../lib/adapters/http/transport.ts';
import { fakeClock } from '../registry/stored.ts';
import { fakeAws, tokenAnswer } from './fake-aws.ts';

const aws = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const privately = { ...aws, region: 'eu-west-1', service: 'ecr' };
const loginsAt = (endpoint: string, credentials: typeof aws & { sessionToken?: string } = aws) =>
  ecrLogins({
    aws: credentials,
    send: transport({ proxy: {}, timeout: 5_000, plainHttp: () => true }),
    patience: { clock: fakeClock(), random: () => 0.5, retries: 2, budget: 60_000 },
    endpoint: () => endpoint,
  });

/** AWS's own test suite for Signature Version 4. */
test.each([
  ['get-vanilla', 'GET', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['post-vanilla', 'POST', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
])('the vector %s', async (_, method, signature) => {
  const signer = new AwsV4Signer({
    ...aws,
    method,
    url: 'https://example.amazonaws.com/',
    service: 'service',
    region: 'us-east-1',
    datetime: '20150830T123600Z',
  });
  const { headers } = await signer.sign();
  expect(headers.get('authorization')).toBe(
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  );
});

test('the request is one that AWS takes, and its token is the login', async () => {
  await using server = await fakeAws(privately);
  expect(await loginsAt(server.endpoint)(host)).toEqual({ username: 'AWS', password: 'pass:word' });
  expect(server.operations).toEqual(['AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken']);
});

test('credentials that are lent for a while show their session token', async () => {
  await using server = await fakeAws({ ...privately, sessionToken: 'lent' });
  expect(await loginsAt(server.endpoint, { ...aws, sessionToken: 'lent' })(host)).toMatchObject({
    username: 'AWS',
  });
});

test('public images: another service, one region, an answer of another shape', async () => {
  const answer = {
    status: 200,
    body: { authorizationData: { authorizationToken: Buffer.from('AWS:open').toString('base64') } },
  };
  await using server = await fakeAws({ ...aws, region: 'us-east-1', service: 'ecr-public', answer });
  expect(await loginsAt(server.endpoint)('public.ecr.aws')).toEqual({ username: 'AWS', password: 'open' });
  expect(server.operations).toEqual(['SpencerFrontendService.GetAuthorizationToken']);
});

test('a secret that does not belong to the key', async () => {
  await using server = await fakeAws(privately);
  const asked = loginsAt(server.endpoint, { ...aws, secretAccessKey: 'another' })(host);
  await expect(asked).rejects.toMatchObject({
    name: 'TargetError',
    remedy: expect.stringContaining('they belong together'),
  });
});

test.each([
  ['AccessDeniedException', 'the AWS identity needs ecr:GetAuthorizationToken on *'],
  [
    'ExpiredTokenException',
    expect.stringContaining('have expired: run aws-actions/configure-aws-credentials'),
  ],
  ['UnrecognizedClientException', expect.stringContaining('is not right')],
  ['ServerException', expect.stringContaining('eu-west-1')],
])('AWS says %s', async (type, remedy) => {
  const answer = { status: 400, body: { __type: type, message: 'no' } };
  await using server = await fakeAws({ ...privately, answer });
  await expect(loginsAt(server.endpoint)(host)).rejects.toMatchObject({
    message: `AWS gave no login for ${host}: 400 ${type} no`,
    remedy,
  });
  expect(server.operations).toHaveLength(1);
});

test('AWS that is busy is asked again, then given up', async () => {
  await using server = await fakeAws({ ...privately, answer: { status: 503, body: {} } });
  await expect(loginsAt(server.endpoint)(host)).rejects.toMatchObject({ name: 'UnreachableError' });
  expect(server.operations).toHaveLength(3);
});

test('an answer without a token', async () => {
  await using server = await fakeAws({ ...privately, answer: tokenAnswer('') });
  await expect(loginsAt(server.endpoint)(host)).rejects.toThrow(`AWS answered without a token for ${host}`);
});
