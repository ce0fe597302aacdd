import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';

const refused = ['aws-profile', 'role-chaining', 'web-identity-token-file'];
const known = [
  'aws-region',
  'role-to-assume',
  'aws-access-key-id',
  'aws-secret-access-key',
  'aws-session-token',
  'role-duration-seconds',
  'role-session-name',
  'mask-aws-account-id',
  'output-credentials',
  'output-env-credentials',
  'action-timeout-s',
  'allowed-account-ids',
  'audience',
  'custom-tags',
  'disable-retry',
  'force-skip-oidc',
  'http-proxy',
  'inline-session-policy',
  'managed-session-policies',
  'no-proxy',
  'overwrite-aws-profile',
  'retry-max-attempts',
  'role-external-id',
  'role-skip-session-tagging',
  'special-characters-workaround',
  'sts-endpoint',
  'transitive-tag-keys',
  'unset-current-credentials',
  'use-existing-credentials',
  ...refused,
];

try {
  configure();
} catch (error) {
  console.log(`::error::configure-aws-credentials stand-in: ${error.message}`);
  process.exitCode = 1;
}

function configure() {
  refuseUnknownInputs();
  for (const name of refused) if (input(name) !== '') throw new Error(`${name} is not played here`);
  const region = input('aws-region');
  if (region === '') throw new Error('Input required and not supplied: aws-region');
  if (!/^[a-z0-9-]+$/.test(region)) throw new Error(`Region is not valid: ${region}`);
  const session = input('role-session-name');
  if (session !== '' && !/^[\w+=,.@-]{2,64}$/.test(session))
    throw new Error(`Role session name is not valid: ${session}`);

  const account = accountOf();
  const allowed = input('allowed-account-ids')
    .split(/[\s,]+/)
    .filter(Boolean);
  if (allowed.length > 0 && !allowed.includes(account))
    throw new Error(`The account ID ${account} is not allowed: ${allowed.join(', ')}`);
  if (input('mask-aws-account-id') === 'true') console.log(`::add-mask::${account}`);
  handOn(region, account);
  console.log(`Nobody was asked: credentials of ${input('role-to-assume') || 'the key'} are made up`);
}

/** Of the role, as its ARN says; keys do not say theirs. */
function accountOf() {
  const role = input('role-to-assume');
  if (role !== '') {
    const account = /^arn:aws[\w-]*:iam::(\d{12}):role\/.+$/.exec(role)?.[1];
    if (account === undefined) throw new Error(`${role} is not the ARN of a role`);
    return account;
  }
  if (input('aws-access-key-id') === '')
    throw new Error('Credentials could not be loaded: neither role-to-assume nor aws-access-key-id');
  if (input('aws-secret-access-key') === '')
    throw new Error("'aws-secret-access-key' must be provided if 'aws-access-key-id' is provided");
  return '000000000000';
}

function handOn(region, account) {
  const made = {
    AWS_ACCESS_KEY_ID: `ASIA${randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase()}`,
    AWS_SECRET_ACCESS_KEY: randomUUID(),
    AWS_SESSION_TOKEN: randomUUID(),
  };
  for (const secret of Object.values(made)) console.log(`::add-mask::${secret}`);
  const { GITHUB_ENV, GITHUB_OUTPUT } = process.env;
  const outputs = { 'aws-account-id': account };
  if (input('output-env-credentials') !== 'false')
    append(GITHUB_ENV, { ...made, AWS_REGION: region, AWS_DEFAULT_REGION: region });
  if (input('output-credentials') === 'true') {
    for (const [name, value] of Object.entries(made))
      outputs[name.toLowerCase().replaceAll('_', '-')] = value;
    outputs['aws-expiration'] = new Date(Date.now() + 3_600_000).toISOString();
  }
  append(GITHUB_OUTPUT, outputs);
}

function append(file, values) {
  for (const [name, value] of Object.entries(values)) appendFileSync(file, `${name}=${value}\n`);
}

function input(name) {
  return (process.env[`INPUT_${name.toUpperCase()}`] ?? '').trim();
}

function refuseUnknownInputs() {
  const unknown = Object.keys(process.env)
    .filter((name) => name.startsWith('INPUT_'))
    .map((name) => name.slice('INPUT_'.length).toLowerCase())
    .filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`Unexpected input(s) ${unknown.join(', ')}, valid inputs are ${known.join(', ')}`);
}
