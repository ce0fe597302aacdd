import { expect, test } from '@jest/globals';
import { buildArgProblem, isSecretName, secretsOfEnvironment } from '../../../lib/domain/build/build-args.ts';

const known = ['petunia-6612'];

test.each([
  ['NPM_TOKEN=x'],
  ['npm_token=x'],
  ['token=x'],
  ['DB_PASSWORD=x'],
  ['api_key=x'],
  ['APIKEY=x'],
  ['AWS_SECRET_ACCESS_KEY=x'],
  ['SSH_PRIVATE_KEY=x'],
  ['GITHUB_PAT=x'],
  ['AUTH=x'],
  ['CREDENTIALS=x'],
  ['NPM_TOKEN='],
])('%s looks like a secret', (argument) => {
  expect(buildArgProblem(argument, [])).toContain('looks like a secret');
});

test.each([
  ['NODE_VERSION=24'],
  ['CACHE_KEY=7'],
  ['TOKEN_URL=https://id.example.com'],
  ['PASSWORD_FILE=/run/secret'],
  ['PUBLIC_KEY=abc'],
  ['SECRET_NAME=db'],
  ['AUTHOR=ada'],
  ['TOKENIZER=bert'],
  ['PATCH=1'],
  ['COMPATIBLE=1'],
  ['EMPTY='],
  ['HTTP_PROXY=http://proxy:3128'],
])('%s is none', (argument) => {
  expect(buildArgProblem(argument, known)).toBeUndefined();
});

test.each([
  ['as it is', 'CONFIG=petunia-6612'],
  ['in a longer text', 'URL=https://x/?k=petunia-6612&a=b'],
  ['in base64', `DATA=${Buffer.from('user:petunia-6612').toString('base64')}`],
  ['a token of GitHub', 'X=ghp_0123456789abcdefghijABCDEFGHIJ012345'],
  ['a private key', 'X=-----BEGIN OPENSSH PRIVATE KEY-----'],
  ['a password in a URL', 'INDEX=https://ada:hunter22@pypi.example.com/simple'],
])('a value that is one: %s', (_, argument) => {
  const problem = buildArgProblem(argument, known) ?? '';
  expect(problem).toContain('holds a secret');
  expect(problem).not.toContain('petunia');
  expect(problem).not.toContain('hunter22');
});

test('a name alone takes the value of the environment', () => {
  expect(buildArgProblem('CONFIG', known, { CONFIG: 'petunia-6612' })).toContain('holds a secret');
  expect(buildArgProblem('CONFIG', known, {})).toBeUndefined();
  expect(buildArgProblem('=x', known)).toContain('no name');
});

test('what the environment calls a secret must not be built in', () => {
  const env = { NPM_TOKEN: 'abcdefghi1', INPUT_SECRETS: 'A_TOKEN=x', HOME: '/root', DB_PASSWORD: 'postgres' };
  expect(secretsOfEnvironment(env)).toEqual(['abcdefghi1']);
  expect(isSecretName('INPUT_PASSWORD')).toBe(true);
});
