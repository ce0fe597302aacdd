import { expect, test } from '@jest/globals';
import { apiOf, isLoopback, manifestUrl } from '../../../lib/adapters/registry/address.ts';
import { parseChallenge, tokenUrl } from '../../../lib/adapters/registry/challenge.ts';

test.each([
  ['Basic realm="x"', { kind: 'basic' }],
  ['basic', { kind: 'basic' }],
  [
    'Bearer realm="https://auth.example/token",service="a, b",scope="repository:app:pull,push"',
    {
      kind: 'bearer',
      realm: 'https://auth.example/token',
      service: 'a, b',
      scope: 'repository:app:pull,push',
    },
  ],
  ['BEARER Realm=https://auth.example/token', { kind: 'bearer', realm: 'https://auth.example/token' }],
  ['Bearer service="no realm"', undefined],
  ['Negotiate', undefined],
  ['', undefined],
  [undefined, undefined],
])('challenge %s', (header, expected) => {
  expect(parseChallenge(header)).toEqual(expected);
});

test('a token is asked for pulling that repository when the challenge names no scope', () => {
  const challenge = { kind: 'bearer', realm: 'https://auth.example/token?account=x' } as const;
  expect(tokenUrl(challenge, ['repository:team/app:pull']).href).toBe(
    'https://auth.example/token?account=x&scope=repository%3Ateam%2Fapp%3Apull',
  );
});

test.each([
  ['docker.io', 'https://registry-1.docker.io/v2/team/app/manifests/latest'],
  ['ghcr.io', 'https://ghcr.io/v2/team/app/manifests/latest'],
  ['harbor.example:8443', 'https://harbor.example:8443/v2/team/app/manifests/latest'],
  ['127.0.0.1:5000', 'http://127.0.0.1:5000/v2/team/app/manifests/latest'],
  ['localhost:5000', 'http://localhost:5000/v2/team/app/manifests/latest'],
  ['[::1]:5000', 'http://[::1]:5000/v2/team/app/manifests/latest'],
  ['localhost.example', 'https://localhost.example/v2/team/app/manifests/latest'],
])('the API of %s', (registry, expected) => {
  const ref = { registry, repository: 'team/app' };
  expect(manifestUrl(apiOf(registry, isLoopback), ref).href).toBe(expected);
});
