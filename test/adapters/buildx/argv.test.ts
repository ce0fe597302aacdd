import { expect, test } from '@jest/globals';
import { buildArgv, createArgv, inspectArgv, removeArgv } from '../../../lib/adapters/buildx/argv.ts';
import type { BuildIntent } from '../../../lib/domain/build/intent.ts';
import { plainIntent } from '../../domain/build/samples.ts';

const files = { metadata: '/t/metadata.json', iid: '/t/iid', secrets: { npm: '/t/build-secret-0' } };
const push = { registry: 'ghcr.io', repository: 'octo/shop' };
const start = 'build --builder b --progress plain --metadata-file /t/metadata.json --iidfile /t/iid';
const byDigest =
  '--output type=image,name=ghcr.io/octo/shop,push-by-digest=true,name-canonical=true,push=true';

const argvOf = (intent: Partial<BuildIntent>, loadAs: string[] = []): string[] =>
  buildArgv({ intent: { ...plainIntent, ...intent }, push, loadAs, sourceDate: undefined }, 'b', files);

test('the least: by digest, without attestations', () => {
  expect(argvOf({}).join(' ')).toBe(`${start} --provenance=false ${byDigest} .`);
});

test('nothing is pushed', () => {
  const argv = buildArgv(
    { intent: plainIntent, push: undefined, loadAs: [], sourceDate: undefined },
    'b',
    files,
  );
  expect(argv).not.toContain('--output');
});

test.each<[Partial<BuildIntent>, string[]]>([
  [{ file: 'docker/Dockerfile' }, ['--file', 'docker/Dockerfile']],
  [{ target: 'app' }, ['--target', 'app']],
  [{ platforms: ['linux/amd64', 'linux/arm64'] }, ['--platform', 'linux/amd64,linux/arm64']],
  [{ buildArgs: ['A=1', 'B=x y'] }, ['--build-arg', 'A=1', '--build-arg', 'B=x y']],
  [{ buildContexts: ['base=docker-image://alpine'] }, ['--build-context', 'base=docker-image://alpine']],
  [
    { secrets: [{ id: 'npm', from: { kind: 'value', value: 'hush' } }] },
    ['--secret', 'id=npm,src=/t/build-secret-0'],
  ],
  [{ secrets: [{ id: 'f', from: { kind: 'file', path: 'a,b' } }] }, ['--secret', 'id=f,"src=a,b"']],
  [{ secrets: [{ id: 'e', from: { kind: 'env', name: 'NPM' } }] }, ['--secret', 'id=e,env=NPM']],
  [{ ssh: ['default'] }, ['--ssh', 'default']],
  [{ cacheFrom: ['type=gha'] }, ['--cache-from', 'type=gha']],
  [{ cacheTo: ['type=registry,ref=r/c,mode=max'] }, ['--cache-to', 'type=registry,ref=r/c,mode=max']],
  [{ pull: true }, ['--pull']],
  [{ noCache: true }, ['--no-cache']],
  [{ noCacheFilters: ['a'] }, ['--no-cache-filter', 'a']],
  [{ labels: ['a=b'] }, ['--label', 'a=b']],
  [{ annotations: ['index:a=b'] }, ['--annotation', 'index:a=b']],
  [{ provenance: 'mode=max' }, ['--provenance=mode=max']],
  [{ sbom: 'true' }, ['--provenance=false', '--sbom=true']],
  [{ attests: ['type=sbom,generator=x'] }, ['--provenance=false', '--attest', 'type=sbom,generator=x']],
  [{ network: 'host' }, ['--network', 'host']],
  [{ addHosts: ['a:1.2.3.4'] }, ['--add-host', 'a:1.2.3.4']],
  [{ allow: ['network.host'] }, ['--allow', 'network.host']],
  [{ shmSize: '2g' }, ['--shm-size', '2g']],
  [{ ulimit: ['nofile=1:2'] }, ['--ulimit', 'nofile=1:2']],
  [{ cgroupParent: 'x' }, ['--cgroup-parent', 'x']],
  [{ outputs: ['type=local,dest=out'] }, ['--output', 'type=local,dest=out']],
  [{ context: 'services/cart' }, ['services/cart']],
])('%j', (intent, expected) => {
  expect(argvOf(intent).join('\n')).toContain(expected.join('\n'));
});

test('the context comes last, and a secret is never in it', () => {
  const argv = argvOf({ secrets: [{ id: 'npm', from: { kind: 'value', value: 'hush' } }] });
  expect(argv.at(-1)).toBe('.');
  expect(argv.join()).not.toContain('hush');
});

test('the engine of this machine knows it by every tag', () => {
  expect(argvOf({ load: true }, ['a/b:1', 'a/b:2'])).toContain('type=docker,"name=a/b:1,a/b:2"');
});

test.each([
  ['type=local,dest=out', false],
  ['type=tar,dest=out.tar', false],
  ['out', false],
  ['type=oci,dest=out.tar', true],
])('%s goes with an image id: %s', (output, expected) => {
  expect(argvOf({ outputs: [output] }).includes('--iidfile')).toBe(expected);
});

test('builders', () => {
  expect(createArgv('mine', undefined).join(' ')).toBe('create --name mine --driver docker-container');
  expect(createArgv('mine', 'unix:///x').join(' ')).toBe('create --name mine --driver remote unix:///x');
  expect(inspectArgv(undefined, false)).toEqual(['inspect']);
  expect(inspectArgv('mine', true)).toEqual(['inspect', 'mine', '--bootstrap']);
  expect(removeArgv('mine')).toEqual(['rm', '--force', 'mine']);
});
