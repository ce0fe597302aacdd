/** What is asked of buildx, as argument lists. No value of a secret is ever among them. */
import type { BuildIntent } from '../../domain/build/intent.ts';
import { hasAttestations } from '../../domain/build/intent.ts';
import { csvLine, fieldsOf } from '../../domain/build/list.ts';
import type { RepositoryRef } from '../../domain/oci/types.ts';
import type { BuildOrder } from '../../ports/builder.ts';

export const versionArgv: readonly string[] = ['version'];

/** Without a name: the builder in use. `bootstrap` starts it. */
export const inspectArgv = (name: string | undefined, bootstrap: boolean): string[] => [
  'inspect',
  ...(name === undefined ? [] : [name]),
  ...(bootstrap ? ['--bootstrap'] : []),
];

/** A builder of this step's: in a container of the local Docker engine, or the BuildKit at `host`. */
export const createArgv = (name: string, host: string | undefined): string[] => [
  'create',
  '--name',
  name,
  ...(host === undefined ? ['--driver', 'docker-container'] : ['--driver', 'remote', host]),
];

/** Also one whose container is gone. */
export const removeArgv = (name: string): string[] => ['rm', '--force', name];

/** Files by which buildx and we speak; the folder is this step's own. */
export interface BuildFiles {
  readonly metadata: string;
  readonly iid: string;
  /** Secret id → the 0600 file that holds its value. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Every secret of the intent that is a value must have its file. */
export function buildArgv(
  { intent, push, loadAs }: BuildOrder,
  builder: string,
  files: BuildFiles,
): string[] {
  return [
    'build',
    '--builder',
    builder,
    '--progress',
    'plain',
    '--metadata-file',
    files.metadata,
    // buildx refuses it beside outputs that are no image.
    ...(intent.outputs.some(isFiles) ? [] : ['--iidfile', files.iid]),
    ...optional('--file', intent.file),
    ...optional('--target', intent.target),
    ...(intent.platforms.length === 0 ? [] : ['--platform', intent.platforms.join(',')]),
    ...each('--build-arg', intent.buildArgs),
    ...each('--build-context', intent.buildContexts),
    ...each(
      '--secret',
      intent.secrets.map((secret) => secretArgument(secret, files)),
    ),
    ...each('--ssh', intent.ssh),
    ...each('--cache-from', intent.cacheFrom),
    ...each('--cache-to', intent.cacheTo),
    ...(intent.pull ? ['--pull'] : []),
    ...(intent.noCache ? ['--no-cache'] : []),
    ...each('--no-cache-filter', intent.noCacheFilters),
    ...each('--label', intent.labels),
    ...each('--annotation', intent.annotations),
    ...attestations(intent),
    ...optional('--network', intent.network),
    ...each('--add-host', intent.addHosts),
    ...each('--allow', intent.allow),
    ...optional('--shm-size', intent.shmSize),
    ...each('--ulimit', intent.ulimit),
    ...optional('--cgroup-parent', intent.cgroupParent),
    ...each('--output', [
      ...(push === undefined ? [] : [byDigest(push)]),
      ...(loadAs.length === 0 ? [] : [csvLine(['type=docker', `name=${loadAs.join(',')}`])]),
      ...intent.outputs,
    ]),
    intent.context,
  ];
}

/** `type=local,dest=out`, `type=tar,…`, or the folder alone. */
const isFiles = (output: string): boolean => {
  const fields = fieldsOf(output);
  return (
    fields.some((field) => /^type=(local|tar)$/.test(field)) || fields.every((field) => !field.includes('='))
  );
};

/** Nobody finds it but by its digest, until it is tagged. */
const byDigest = ({ registry, repository }: RepositoryRef): string =>
  csvLine([
    'type=image',
    `name=${registry}/${repository}`,
    'push-by-digest=true',
    'name-canonical=true',
    'push=true',
  ]);

function secretArgument({ id, from }: BuildIntent['secrets'][number], files: BuildFiles): string {
  if (from.kind === 'env') return csvLine([`id=${id}`, `env=${from.name}`]);
  const path = from.kind === 'file' ? from.path : files.secrets[id];
  if (path === undefined) throw new Error(`no file was written for secret ${id}`);
  return csvLine([`id=${id}`, `src=${path}`]);
}

/** By default buildx attests, which turns one image into an index with an `unknown/unknown` (build-push-action#755). */
function attestations(intent: BuildIntent): string[] {
  if (!hasAttestations(intent)) return ['--provenance=false'];
  const { provenance, sbom, attests } = intent;
  return [
    provenance === undefined ? '--provenance=false' : `--provenance=${provenance}`,
    ...(sbom === undefined ? [] : [`--sbom=${sbom}`]),
    ...each('--attest', attests),
  ];
}

const each = (flag: string, values: readonly string[]): string[] => values.flatMap((value) => [flag, value]);

const optional = (flag: string, value: string | undefined): string[] =>
  value === undefined ? [] : [flag, value];
