import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sourceTree } from '../../../lib/adapters/source-tree/client.ts';
import { readIgnoreFile } from '../../../lib/domain/dockerignore/rules.ts';
import type { SourceHash, SourceInputs } from '../../../lib/domain/source/types.ts';
import type { RegistryStore } from '../../../lib/ports/registry-store.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';
import { sourceHash } from '../../../lib/steps/source-hash.ts';
import { pushBase } from '../../../sandbox/images/base.ts';
import { startBuildkit } from '../../../sandbox/images/buildkit.ts';
import { startDistribution } from '../../../sandbox/images/distribution.ts';
import { ensureTools } from '../../../sandbox/tools.ts';
import { buildInto, scratch, write } from './builds.ts';

const stops: (() => Promise<unknown>)[] = [];
let [registry, buildx] = ['', ''];
let environment: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  ({ buildx } = await ensureTools(['buildx']));
  const distribution = await startDistribution();
  stops.push(() => distribution.stop());
  const buildkit = await startBuildkit();
  stops.push(() => buildkit.stop());
  registry = distribution.address;
  environment = buildkit.environment;
  for (const repository of ['one', 'two', 'three', 'four', 'five', 'amd64']) {
    await pushBase({ registry, repository, platforms: ['linux/amd64', 'linux/arm64'] });
  }
}, 600_000);

afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

const tree = sourceTree({ spawn: processSpawn(process.env) });
const store: Pick<RegistryStore, 'head'> = {
  async head({ registry: host, repository, tag = '' }) {
    const accept = ['index', 'manifest']
      .map((kind) => `application/vnd.oci.image.${kind}.v1+json`)
      .join(', ');
    const url = `http://${host}/v2/${repository}/manifests/${tag}`;
    const { headers } = await fetch(url, { method: 'HEAD', headers: { accept } });
    const digest = headers.get('docker-content-digest');
    return digest === null ? undefined : { mediaType: '', digest, size: 0 };
  },
};

type Hash = Extract<SourceHash, { kind: 'hash' }>;

async function hashOf(root: string, inputs: Partial<SourceInputs>): Promise<Hash> {
  const places = { context: join(root, 'context'), file: join(root, 'Dockerfile') };
  const platforms = { platforms: ['linux/amd64'], buildPlatform: 'linux/amd64' };
  const rest = { buildContexts: {}, buildArgs: {}, secretIds: [], sshIds: [], settings: {} };
  const found = await sourceHash({ ...places, ...platforms, ...rest, ...inputs }, { tree, store });
  if (found.kind === 'none') throw new Error(found.reason);
  return found;
}

interface Metadata {
  readonly 'buildx.build.provenance': {
    readonly materials?: readonly { readonly uri: string; readonly digest: { readonly sha256: string } }[];
  };
}

/** Builds, and gives name and digest of every image that BuildKit says it resolved. */
async function resolved(root: string, extra: readonly string[]): Promise<Record<string, string>> {
  const metadata = join(root, 'metadata.json');
  const asked = ['--platform=linux/amd64', '--provenance=mode=max', '--metadata-file', metadata, ...extra];
  const [context, file] = [join(root, 'context'), join(root, 'Dockerfile')];
  await buildInto(join(root, 'exported'), { buildx, environment, context, file, extra: asked });
  const { 'buildx.build.provenance': provenance } = JSON.parse(await readFile(metadata, 'utf8')) as Metadata;
  const named = (provenance.materials ?? []).map(({ uri, digest }) => {
    const name = decodeURIComponent(uri).replace(/^pkg:docker\//, '');
    return [name.replace(/\?.*$/, '').replace('@', ':'), `sha256:${digest.sha256}`] as const;
  });
  return Object.fromEntries(named);
}

const everything = `from R/one:1 as Base
ARG IGNORED
RUN <<EOF cat > /a <<'TWO'
FROM R/no:1
EOF
COPY --from=R/no:1 / /
TWO
RUN true > /b
FROM base AS next
RUN --mount=from=R/two:1,target=/two --mount=type=cache,target=/cache true # --mount=from=R/no:1
# COPY --from=R/no:1 / /
COPY \\
  # COPY --from=R/no:1 / /
  --from=R/three:1 /bin/busybox /three
COPY --from=BASE /b /c
COPY --from=0 /b /d
FROM scratch
COPY --from=next /d /`;

const byValue = `ARG NAME=two
ARG TAG="1"
ARG WHOLE=\${NAME:+R/\${NAME}}:\${TAG:-2}
FROM R/$TARGETARCH:1 AS a
FROM \${WHOLE}
COPY --from=a /bin/busybox /a
COPY --from=R/four:1 /bin/busybox /b`;

const byPattern = `ARG V=x-one/v1.2
ARG W=\${V#x-}
ARG T=\${V##*v}
ARG U=\${V/one/two}
FROM R/\${W%%/*}:\${T%.*} AS a
FROM R/\${W/one\\/v1.2/three}:1 AS b
FROM R/two:\${T%%.*}
COPY --from=a /bin/busybox /a
COPY --from=b /bin/busybox /b`;

describe('the images of a build are those that BuildKit resolves', () => {
  const table: readonly [what: string, text: string, args?: Readonly<Record<string, string>>][] = [
    ['stages, COPY --from, RUN --mount, heredocs', everything],
    ['values of ARG: given, by default, by the platform', byValue, { NAME: 'five' }],
    ['patterns in values', byPattern],
    ['another escape sign', '# escape=`\nFROM `\n R/one:1\nCOPY --from=R/two:1 `\n /bin/busybox /C:\\'],
    [
      'what a named context replaces',
      'FROM other AS a\nFROM R/one:1\nCOPY --from=a / /\nCOPY --from=extra:latest / /',
    ],
  ];
  test.each(table.map((row) => [row[0], row] as const))('%s', async (_, [, text, args = {}]) => {
    await using root = await scratch();
    await write(root.path, 'context/file');
    await write(root.path, 'Dockerfile', `${text.replaceAll('R/', `${registry}/`)}\n`);
    const two = `docker-image://${registry}/two:1`;
    const contexts = text.includes('extra') ? { other: two, extra: join(root.path, 'context') } : {};
    const extra = [
      ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
      ...Object.entries(contexts).flatMap(([name, value]) => ['--build-context', `${name}=${value}`]),
    ];

    const { bases } = await hashOf(root.path, { buildArgs: args, buildContexts: contexts });

    expect(Object.fromEntries(bases.map(({ ref, digest }) => [ref, digest]))).toEqual(
      await resolved(root.path, extra),
    );
  });
});

describe('the ignore file that counts is the one that BuildKit takes', () => {
  const files = ['context/a', 'context/b', 'docs/a', 'docs/b'];
  const table: readonly [what: string, ignore: Readonly<Record<string, string>>][] = [
    ['none', {}],
    ["the context's", { 'context/.dockerignore': 'a' }],
    ["the context's, of itself", { 'context/.dockerignore': 'a\n.dockerignore' }],
    [
      "the Dockerfile's before the context's",
      { 'context/.dockerignore': 'a', 'Dockerfile.dockerignore': 'b*' },
    ],
    ["the Dockerfile's, empty", { 'context/.dockerignore': 'a', 'Dockerfile.dockerignore': '' }],
    ["a named context's own", { 'Dockerfile.dockerignore': 'b', 'docs/.dockerignore': 'a\n.*' }],
    ['not the one beside the Dockerfile', { '.dockerignore': 'a' }],
  ];
  test.each(table)('%s', async (_, ignore) => {
    await using root = await scratch();
    for (const path of files) await write(root.path, path);
    for (const [path, text] of Object.entries(ignore)) await write(root.path, path, text);
    await write(root.path, 'Dockerfile', 'FROM scratch\nCOPY . /context/\nCOPY --from=docs . /docs/\n');
    const docs = join(root.path, 'docs');

    const ours = await hashOf(root.path, { buildContexts: { docs } });
    await resolved(root.path, ['--build-context', `docs=${docs}`]);
    const { entries } = await tree.list(join(root.path, 'exported'), readIgnoreFile('provenance*'));

    expect(ours.files).toBe(entries.filter(({ mode }) => mode !== 'folder').length);
  });
});
