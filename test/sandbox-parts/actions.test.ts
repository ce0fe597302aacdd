import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { start } from './running.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const role = 'arn:aws:iam::123456789012:role/pipeline';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-actions-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

interface Step {
  code: number | null;
  log: string;
  outputs: Record<string, string>;
  path: string;
  /** For later steps. */
  env: Record<string, string>;
}

/** Runs a stand-in as the runner does, with the defaults of its action.yml left to its own reading of nothing. */
async function run(
  action: string,
  inputs: Record<string, string>,
  env: Record<string, string> = {},
): Promise<Step> {
  const files = {
    GITHUB_OUTPUT: join(root, 'output'),
    GITHUB_PATH: join(root, 'path'),
    GITHUB_ENV: join(root, 'env'),
  };
  for (const file of Object.values(files)) await writeFile(file, '');
  const main = new URL(`../../sandbox/actions/${action}/index.mjs`, import.meta.url).pathname;
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  await using step = start(process.execPath, [main], {
    ...files,
    GITHUB_RUN_ID: '5',
    GITHUB_REPOSITORY: 'octo/shop',
    GITHUB_WORKSPACE: join(root, 'workspace'),
    RUNNER_TEMP: join(root, 'temp'),
    SLIPWAY_ARTIFACT_DIR: join(root, 'store'),
    ...env,
    ...Object.fromEntries(given),
  });
  const { code } = await step.exit;
  const [outputs, left] = await Promise.all([assigned(files.GITHUB_OUTPUT), assigned(files.GITHUB_ENV)]);
  return { code, log: step.output(), outputs, path: await readFile(files.GITHUB_PATH, 'utf8'), env: left };
}

async function assigned(file: string): Promise<Record<string, string>> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

async function plant(...paths: string[]): Promise<void> {
  for (const path of paths) {
    const file = join(root, 'work', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `content of ${path}`);
  }
}

const upload = (inputs: Record<string, string>): Promise<Step> => run('actions-upload-artifact', inputs);
const download = (inputs: Record<string, string>): Promise<Step> =>
  run('actions-download-artifact', { path: join(root, 'got'), ...inputs });
const work = (path: string): string => join(root, 'work', path);
const got = async (): Promise<string[]> => {
  const entries = await readdir(join(root, 'got'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, 'got').length + 1))
    .sort();
};

test.each([
  ['one file keeps its name', () => work('a/x.txt'), {}, ['x.txt']],
  ['a folder keeps what is below it', () => work('a'), {}, ['b/y.txt', 'x.txt']],
  [
    'hidden files when asked',
    () => work('a'),
    { 'include-hidden-files': 'true' },
    ['.h/z.txt', 'b/y.txt', 'x.txt'],
  ],
  ['paths are kept after the first wildcard', () => work('a/**/*.txt'), {}, ['b/y.txt', 'x.txt']],
  [
    'several start at what they have in common',
    () => `${work('a/x.txt')}\n${work('c')}`,
    {},
    ['a/x.txt', 'c/w.txt'],
  ],
  ['exclusions', () => `${work('a')}\n!${work('a/b')}`, {}, ['x.txt']],
])('%s', async (_, path, more, expected) => {
  await plant('a/x.txt', 'a/b/y.txt', 'a/.h/z.txt', 'c/w.txt');
  const uploaded = await upload({ name: 'kept', path: path(), ...more });
  expect(uploaded).toMatchObject({
    code: 0,
    outputs: { 'artifact-id': '1', 'artifact-digest': expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  const downloaded = await download({ name: 'kept' });
  expect(downloaded).toMatchObject({ code: 0, outputs: { 'download-path': join(root, 'got') } });
  expect(await got()).toEqual(expected);
});

test('several artifacts: each in its folder, chosen by pattern or id, or merged', async () => {
  await plant('x.txt', 'y.txt');
  await upload({ name: 'record-1', path: work('x.txt') });
  const { outputs } = await upload({ name: 'other', path: work('y.txt') });
  expect(outputs['artifact-url']).toBe('https://github.com/octo/shop/actions/runs/5/artifacts/2');
  await download({});
  expect(await got()).toEqual(['other/y.txt', 'record-1/x.txt']);
  await rm(join(root, 'got'), { recursive: true });
  await download({ pattern: 'record-*' });
  expect(await got()).toEqual(['record-1/x.txt']);
  await rm(join(root, 'got'), { recursive: true });
  await download({ 'artifact-ids': '2' });
  expect(await got()).toEqual(['y.txt']);
  await download({ 'merge-multiple': 'true' });
  expect(await got()).toEqual(['x.txt', 'y.txt']);
});

test('a name is taken once, unless overwritten; archive: false takes the name of its file', async () => {
  await plant('x.txt', 'y.txt');
  await upload({ path: work('x.txt') });
  expect(await upload({ path: work('y.txt') })).toMatchObject({
    code: 1,
    log: expect.stringContaining('already exists'),
  });
  expect(await upload({ path: work('y.txt'), overwrite: 'true' })).toMatchObject({ code: 0 });
  expect(await upload({ path: work('x.txt'), archive: 'false' })).toMatchObject({ code: 0 });
  await download({});
  expect(await got()).toEqual(['artifact/y.txt', 'x.txt/x.txt']);
});

test.each([
  ['warn', 0, '::warning::No files'],
  ['ignore', 0, 'No files'],
  ['error', 1, '::error::'],
])('nothing found, %s', async (choice, code, log) => {
  const step = await upload({ path: work('none'), 'if-no-files-found': choice });
  expect(step).toMatchObject({ code, log: expect.stringContaining(log) });
});

test('bytes that changed in the store are noticed', async () => {
  await plant('x.txt');
  await upload({ path: work('x.txt') });
  await writeFile(join(root, 'store', '5', 'artifact', 'x.txt'), 'other');
  expect(await download({})).toMatchObject({ code: 1, log: expect.stringContaining('digest is') });
  expect(await download({ 'digest-mismatch': 'warn' })).toMatchObject({
    code: 0,
    log: expect.stringContaining('::warning::'),
  });
});

test.each([
  [
    'actions-upload-artifact',
    { path: 'x', 'if-no-file-found': 'error' },
    'Unexpected input(s) if-no-file-found',
  ],
  ['actions-upload-artifact', { path: 'x', overwrite: 'yes' }, 'overwrite'],
  ['actions-upload-artifact', { path: 'x', 'retention-days': '91' }, 'retention-days'],
  ['actions-upload-artifact', {}, 'path'],
  ['actions-download-artifact', { names: 'x' }, 'Unexpected input(s) names'],
  ['actions-download-artifact', { name: 'absent' }, 'not found for name: absent'],
  ['actions-download-artifact', { 'run-id': '4' }, 'github-token'],
  ['azure-setup-helm', { 'helm-version': 'v3' }, 'Unexpected input(s) helm-version'],
  ['azure-setup-helm', { version: 'newest' }, 'neither latest nor a version'],
  ['azure-setup-helm', { version: 'v4.3.1' }, 'SLIPWAY_HELM'],
  ['docker-setup-buildx-action', { install: 'true' }, 'Unexpected input(s) install'],
  ['docker-setup-buildx-action', {}, 'BUILDKIT_HOST'],
  ['sigstore-cosign-installer', { version: 'v3.1.3' }, 'Unexpected input(s) version'],
  ['sigstore-cosign-installer', { 'cosign-release': 'main' }, 'cosign-release main'],
  ['sigstore-cosign-installer', { 'cosign-release': 'v2.6.5' }, 'SLIPWAY_COSIGN2'],
  ['docker-setup-qemu-action', { platform: 'arm64' }, 'Unexpected input(s) platform'],
  ['docker-setup-qemu-action', { platforms: 'arm65' }, 'no emulator for arm65'],
  ['docker-setup-qemu-action', { reset: 'yes' }, 'reset yes'],
  ['actions-attest', { subject: 'a' }, 'Unexpected input(s) subject'],
  ['actions-attest', {}, 'exactly one of subject-path'],
  ['actions-attest', { 'subject-digest': 'sha256:0', 'subject-name': 'r/shop' }, 'subject-digest must be'],
  ['actions-attest', { 'subject-digest': digest }, 'subject-name must be provided'],
  ['actions-attest', { 'subject-path': 'a', predicate: '{}' }, 'predicate-type must be provided'],
  ['aws-actions-configure-aws-credentials', { role: 'r' }, 'Unexpected input(s) role'],
  ['aws-actions-configure-aws-credentials', { 'role-to-assume': role }, 'aws-region'],
  ['aws-actions-configure-aws-credentials', { 'aws-region': 'eu-west-1' }, 'could not be loaded'],
  ['aws-actions-configure-aws-credentials', { 'aws-region': 'eu-west-1', 'role-to-assume': 'r' }, 'r is not'],
  [
    'aws-actions-configure-aws-credentials',
    { 'aws-region': 'eu-west-1', 'role-to-assume': role, 'allowed-account-ids': '1' },
    'account ID 123456789012 is not allowed',
  ],
  ['github-codeql-action/init', { language: 'go' }, 'Unexpected input(s) language'],
  ['github-codeql-action/init', { languages: 'cobol' }, 'cobol'],
  ['github-codeql-action/init', { languages: 'go', 'build-mode': 'none' }, 'build mode none'],
  ['github-codeql-action/init', { languages: 'go,ruby', 'build-mode': 'manual' }, 'one language alone'],
  ['github-codeql-action/analyze', { results: 'a' }, 'Unexpected input(s) results'],
  ['github-codeql-action/analyze', {}, 'Has the init action been called'],
])('%s refuses %j', async (action, inputs, message) => {
  expect(await run(action, inputs as Record<string, string>)).toMatchObject({
    code: 1,
    log: expect.stringMatching(new RegExp(`^::error::.*${message.replaceAll(/[()]/g, '\\$&')}`)),
  });
});

test.each([
  ['v4.3.1', 'SLIPWAY_HELM4', false],
  ['v3.22.0', 'SLIPWAY_HELM3', true],
  ['latest', 'SLIPWAY_HELM4', false],
])('setup-helm %s takes %s', async (version, variable, noticed) => {
  const helm = join(root, 'some-helm');
  await writeFile(helm, '#!/bin/sh\necho v4.3.1+gabc\n', { mode: 0o755 });
  const step = await run('azure-setup-helm', { version, token: 't' }, { [variable]: helm });
  expect(step).toMatchObject({ code: 0, outputs: { 'helm-path': `${step.path.trim()}/helm` } });
  expect(step.log.includes('::notice::')).toBe(noticed);
});

test.each([
  ['', 'SLIPWAY_COSIGN3'],
  ['v2.6.5', 'SLIPWAY_COSIGN2'],
])('cosign-installer %s takes %s', async (release, variable) => {
  const cosign = join(root, 'some-cosign');
  await writeFile(cosign, '#!/bin/sh\n', { mode: 0o755 });
  const step = await run('sigstore-cosign-installer', { 'cosign-release': release }, { [variable]: cosign });
  expect({ ...step, has: await readdir(step.path.trim()) }).toMatchObject({ code: 0, has: ['cosign'] });
});

test.each([
  ['', 'linux/amd64,linux/arm64,linux/riscv64'],
  ['linux/arm64,arm', 'linux/amd64,linux/arm64,linux/arm'],
])('setup-qemu for "%s" says what would run', async (platforms, list) => {
  const step = await run('docker-setup-qemu-action', { platforms });
  expect(step).toMatchObject({ code: 0, outputs: { platforms: expect.stringContaining(list) } });
});

test('attest writes down the subject, and that it would be provenance', async () => {
  const step = await run('actions-attest', { 'subject-name': 'ghcr.io/acme/shop', 'subject-digest': digest });
  expect(step.code).toBe(0);
  expect(JSON.parse(await readFile(step.outputs['bundle-path'] ?? '', 'utf8'))).toEqual({
    subject: { name: 'ghcr.io/acme/shop', digest },
    mode: 'provenance',
  });
});

test('configure-aws-credentials leaves credentials for later steps, masked, and no output of them unasked', async () => {
  const inputs = { 'aws-region': 'eu-west-1', 'role-to-assume': role };
  const step = await run('aws-actions-configure-aws-credentials', inputs);
  expect(step).toMatchObject({
    code: 0,
    outputs: { 'aws-account-id': '123456789012' },
    env: { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA[0-9A-F]{16}$/) },
  });
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
    expect(step.log).toContain(`::add-mask::${step.env[name]}`);
  expect(Object.keys(step.outputs)).toEqual(['aws-account-id']);
});

test('codeql-action: what init was told is analysed, and breaks down when it is told to', async () => {
  const init = await run('github-codeql-action/init', { languages: 'java-kotlin', 'build-mode': 'none' });
  expect(init).toMatchObject({ code: 0, env: { CODEQL_LANGUAGES: 'java-kotlin' } });
  const analysed = await run('github-codeql-action/analyze', { output: '../results' }, init.env);
  expect(await readdir(analysed.outputs['sarif-output'] ?? '')).toEqual(['java-kotlin.sarif']);
  const broken = await run('github-codeql-action/analyze', {}, { ...init.env, SLIPWAY_CODEQL: 'broken' });
  expect(broken).toMatchObject({ code: 1, log: expect.stringContaining('broke down') });
});
