import { expect, test } from '@jest/globals';
import { ImmutableTagError, errorsIn, refusalError } from '../../../lib/domain/oci/refusal.ts';
import type { Refusal } from '../../../lib/domain/oci/refusal.ts';

const refusal = (registry: string, over: Partial<Refusal> = {}): Refusal => ({
  doing: 'store tag v1',
  tag: 'v1',
  repository: { registry, repository: 'team/app' },
  to: 'push',
  status: 403,
  errors: [],
  anonymous: false,
  ...over,
});
const ecr = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const says = (code: string, message = '') => ({ errors: [{ code, message }] });

test.each<[string, Refusal, string]>([
  ['GHCR, push', refusal('ghcr.io'), 'permissions: packages: write'],
  ['GHCR, pull', refusal('ghcr.io', { to: 'pull' }), 'permissions: packages: read'],
  ['Docker Hub, push', refusal('docker.io'), 'access token with Read & Write'],
  ['Docker Hub, pull', refusal('docker.io', { to: 'pull' }), 'an account that may read team/app'],
  ['ECR, push', refusal(ecr), 'ecr:PutImage on repository team/app'],
  ['ECR, pull', refusal(ecr, { to: 'pull' }), 'ecr:BatchGetImage'],
  [
    'ECR, no repository',
    refusal(ecr, { status: 404, ...says('NAME_UNKNOWN') }),
    'aws ecr create-repository --repository-name team/app',
  ],
  [
    'ECR, token too old',
    refusal(ecr, says('DENIED', 'Your authorization token has expired. Reauthenticate and try again.')),
    'write `ecr: true` under registries',
  ],
  [
    'Harbor, no project',
    refusal('harbor.example', { status: 404, ...says('NOT_FOUND', 'project team not found') }),
    'Harbor: its project',
  ],
  ['any, push', refusal('harbor.example'), 'the right to push to team/app'],
  [
    'any, nobody',
    refusal('harbor.example', { status: 401, anonymous: true }),
    'give a login for harbor.example under registries',
  ],
  [
    'any, wrong password',
    refusal('harbor.example', { status: 401, wrongLogin: true }),
    'they are wrong, or have expired',
  ],
  [
    'a blob is missing',
    refusal('r.example', { status: 400, ...says('MANIFEST_BLOB_UNKNOWN') }),
    'copy it first',
  ],
  [
    'attestations are not taken',
    refusal('r.example', { status: 400, ...says('MANIFEST_INVALID') }),
    'provenance: false',
  ],
  ['too large', refusal('r.example', { status: 413 }), 'bounds the size of uploads'],
  ['read-only', refusal('r.example', { status: 405 }), 'read-only'],
  ['elsewhere', refusal('r.example', { status: 301 }), 'as its operator names it'],
  ['nonsense', refusal('r.example', { status: 418 }), 'its operator can tell why'],
])('%s', (_, refused, remedy) => {
  const error = refusalError(refused);
  expect(error).not.toBeInstanceOf(ImmutableTagError);
  expect(error.remedy).toContain(remedy);
  expect(error.subject).toBe(`${refused.repository.registry}/team/app`);
  expect(error.message).toContain(
    `${refused.repository.registry} did not store tag v1: it answered ${refused.status}`,
  );
});

test.each<[string, Partial<Refusal>, boolean]>([
  [
    'ECR',
    { status: 400, ...says('TAG_INVALID', 'cannot be overwritten because the tag is immutable.') },
    true,
  ],
  ['Harbor', { status: 412, ...says('PRECONDITION', "due to 'v1' configured as immutable.") }, true],
  ['a conflict', { status: 409 }, true],
  [
    'a missing right that is told of in those words',
    { status: 403, ...says('DENIED', 'tag is immutable') },
    true,
  ],
  ['not a tag', { tag: undefined, status: 412 }, false],
  ['a bad name', { status: 400, ...says('TAG_INVALID', 'manifest tag did not match URI') }, false],
])('immutable? %s', (_, over, expected) => {
  expect(refusalError(refusal('r.example', over)) instanceof ImmutableTagError).toBe(expected);
});

test.each([
  ['{"errors":[{"code":"DENIED","message":"no"}]}', [{ code: 'DENIED', message: 'no' }]],
  [
    '{"errors":[{"code":7},null]}',
    [
      { code: '', message: '' },
      { code: '', message: '' },
    ],
  ],
  ['{"errors":"no"}', []],
  ['null', []],
  ['<html>', []],
  ['', []],
])('the errors in %s', (text, expected) => {
  expect(errorsIn(Buffer.from(text))).toEqual(expected);
});

test('the status is said once', () => {
  const says = (message: string): string =>
    refusalError(refusal('ghcr.io', { status: 401, errors: [{ code: '', message }] })).message;
  expect(says('401: it wants a login')).toMatch(/it answered 401: it wants a login$/);
  expect(says('no')).toMatch(/it answered 401, no$/);
});
