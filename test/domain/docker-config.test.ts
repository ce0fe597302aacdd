import { expect, test } from '@jest/globals';
import { credentialsFor, parseDockerConfig } from '../../lib/domain/docker-config.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const ada = { username: 'ada', password: 'secret' };

test.each([
  ['an auth', { 'ghcr.io': { auth: base64('ada:secret') } }, { 'ghcr.io': ada }],
  ['a user and a password', { 'ghcr.io': ada }, { 'ghcr.io': ada }],
  [
    'auth wins',
    { 'ghcr.io': { username: 'x', password: 'y', auth: base64('ada:secret') } },
    { 'ghcr.io': ada },
  ],
  [
    'a password with a colon',
    { h: { auth: base64('ada:a:b') } },
    { h: { username: 'ada', password: 'a:b' } },
  ],
  ['padding', { h: { auth: base64('ada:secret\0\0') } }, { h: ada }],
  ['Docker Hub', { 'https://index.docker.io/v1/': { auth: base64('ada:secret') } }, { 'docker.io': ada }],
  ['a URL', { 'https://harbor.example:8443/': ada }, { 'harbor.example:8443': ada }],
  ['a path', { 'https://harbor.example/team': ada }, { 'harbor.example/team': ada }],
  ['an identity token of nobody', { 'acr.io': { identitytoken: 'x' } }, {}],
  [
    'an identity token',
    { 'acr.io': { auth: base64('00000000:'), identitytoken: 'x' } },
    { 'acr.io': { username: '00000000', password: '', identityToken: 'x' } },
  ],
  ['nothing for a host', { 'ghcr.io': {} }, {}],
  ['null', { 'ghcr.io': null }, {}],
])('auths: %s', (_, auths, expected) => {
  expect(parseDockerConfig(JSON.stringify({ auths }))).toEqual(expected);
});

test.each(['', '{}', 'null', '[]', 'not json', '{"auths":null}'])('%j gives nobody', (text) => {
  expect(parseDockerConfig(text)).toEqual({});
});

test.each([
  ['harbor.example', 'team/app', 'harbor'],
  ['harbor.example', 'team/private/app', 'private'],
  ['harbor.example', 'team/private-not/app', 'harbor'],
  ['me.azurecr.io', 'app', 'azure'],
  ['a.b.azurecr.io', 'app', undefined],
  ['docker.io', 'library/nginx', 'hub'],
  ['ghcr.io', 'app', undefined],
])('%s/%s is pulled as %s', (registry, repository, expected) => {
  const as = (username: string) => ({ username, password: 'x' });
  const auth = {
    'harbor.example': as('harbor'),
    'harbor.example/team/private': as('private'),
    '*.azurecr.io': as('azure'),
    'docker.io': as('hub'),
  };
  expect(credentialsFor({ registry, repository }, auth)?.username).toBe(expected);
});
