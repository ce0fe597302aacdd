import { expect, test } from '@jest/globals';
import type { ConfigurationError } from '../../../lib/domain/errors.ts';
import { InputReader } from '../../../lib/domain/inputs/reader.ts';
import { readRegistries } from '../../../lib/domain/inputs/registries.ts';

const aws = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret' };

function read(registries: string, env: Record<string, string> = aws) {
  const reader = new InputReader({ registries }, { known: ['registries'] });
  const logins = readRegistries(reader, env);
  reader.finish({});
  return logins;
}

function faultsOf(registries: string, env?: Record<string, string>): string[] {
  try {
    read(registries, env);
  } catch (error) {
    return (error as ConfigurationError).faults.map(
      ({ input, value, problem }) => `${input}${value === undefined ? '' : ` ${value}`}: ${problem}`,
    );
  }
  return [];
}

test('nothing given is nobody', () => {
  expect(read('')).toEqual([]);
  expect(read('# - registry: ghcr.io')).toEqual([]);
});

test('logins by password, and by AWS', () => {
  expect(
    read(`
- registry: ghcr.io
  username: octocat
  password: "ghp: #1"
- { registry: 'https://index.docker.io/v1/', username: 0123, password: 0777 }
- registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  ecr: true
`),
  ).toEqual([
    { kind: 'password', registry: 'ghcr.io', username: 'octocat', password: 'ghp: #1' },
    { kind: 'password', registry: 'docker.io', username: '0123', password: '0777' },
    { kind: 'ecr', registry: '123456789012.dkr.ecr.eu-west-1.amazonaws.com' },
  ]);
});

test.each<[string, string, string[]]>([
  [
    'an empty secret',
    "- { registry: ghcr.io, username: octocat, password: '' }",
    [
      'registries[0].password empty: is empty: the secret does not exist, or this run gets none (pull requests from forks, Dependabot): skip the step there',
    ],
  ],
  [
    'an empty secret without quotes',
    '- registry: ghcr.io\n  username: octocat\n  password:',
    [expect.stringContaining('registries[0].password empty: is empty') as unknown as string],
  ],
  [
    'all that is wrong, at once',
    '- { regsitry: ghcr.io, user: octocat }\n- { registry: ghcr.io/owner/app, username: a, password: b }',
    [
      'registries[0].regsitry unknown key: did you mean registry?',
      'registries[0].user unknown key: the keys are registry, username, password, ecr',
      'registries[0].registry empty: is required: docker.io, ghcr.io, harbor.example:8443',
      'registries[0].username empty: is required',
      'registries[0].password empty: is required',
      'registries[1].registry "ghcr.io/owner/app": must be a host alone, with a port if it has one: ghcr.io',
    ],
  ],
  [
    'a key that may be the password',
    '- { registry: ghcr.io, username: a, password:hunter2 }\n- { registry: b.test, hunter: }',
    [
      'registries[0] unknown key: not shown, for it may be a secret; is there a space after every colon?',
      'registries[0].password empty: is required',
      'registries[1] unknown key: not shown, for it may be a secret; is there a space after every colon?',
      'registries[1].username empty: is required',
      'registries[1].password empty: is required',
    ],
  ],
  [
    'ECR without a login',
    '- registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com\n  username: AWS',
    ['registries[0].password empty: is required, or `ecr: true` for a token from AWS'],
  ],
  [
    'ecr elsewhere, with a password',
    '- { registry: ghcr.io, ecr: true, password: hush }',
    [
      'registries[0].password: belongs to a login by password: leave it out with ecr',
      'registries[0].registry "ghcr.io": is none of ECR: 123456789012.dkr.ecr.eu-west-1.amazonaws.com, or public.ecr.aws',
    ],
  ],
  [
    'ecr: no',
    '- { registry: public.ecr.aws, ecr: no }',
    ['registries[0].ecr "no": write true, or leave it out and give username and password'],
  ],
  [
    'the same twice',
    '- { registry: docker.io, username: a, password: b }\n- { registry: index.docker.io, username: c, password: d }',
    ['registries docker.io: is listed twice: one login for each registry'],
  ],
  [
    'a map',
    'registry: ghcr.io',
    ['registries a map: must be a list, each entry beginning with `- registry: `'],
  ],
  [
    'a list of words',
    '- ghcr.io',
    ['registries[0]: must be a list, each entry beginning with `- registry: `'],
  ],
])('%s', (_, registries, expected) => {
  expect(faultsOf(registries)).toEqual(expected);
});

test('ecr without the credentials of AWS', () => {
  expect(faultsOf('- { registry: public.ecr.aws, ecr: true }', { AWS_ACCESS_KEY_ID: 'AKID' })).toEqual([
    'registries[0].ecr: needs AWS_SECRET_ACCESS_KEY in the environment: run aws-actions/configure-aws-credentials before this step',
  ]);
});

test('YAML that a password has broken is told of without the password', () => {
  const [fault = ''] = faultsOf('- registry: ghcr.io\n  password: "hush" hush2: [');
  expect(fault).toContain("put passwords in quotes: password: '${{ secrets.NAME }}'");
  expect(fault).not.toContain('hush');
});
