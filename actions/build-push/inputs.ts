import { secretsOfEnvironment } from '../../lib/domain/build/build-args.ts';
import { parseImages } from '../../lib/domain/build/images.ts';
import type { BuildIntent } from '../../lib/domain/build/intent.ts';
import type { Look } from '../../lib/domain/build/places.ts';
import { buildInputNames, readBuild, readLabels } from '../../lib/domain/build/read.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { isDigest } from '../../lib/domain/image-ref.ts';
import { InputReader } from '../../lib/domain/inputs/reader.ts';
import { readRegistries } from '../../lib/domain/inputs/registries.ts';
import type { RegistryLogin } from '../../lib/domain/inputs/registries.ts';
import { readSigning } from '../../lib/domain/inputs/signing.ts';
import { readImmutable, readTagFacts } from '../../lib/domain/inputs/tags.ts';
import type { RepositoryRef } from '../../lib/domain/oci/types.ts';
import type { SarifSeverity } from '../../lib/domain/sarif/read.ts';
import type { SigningKey } from '../../lib/domain/signing.ts';
import type { TagPattern } from '../../lib/domain/tags/patterns.ts';
import type { TagFacts } from '../../lib/domain/tags/template.ts';
import { readCommandLine } from './inputs-quarantine.ts';
import { readTags } from './inputs-tags.ts';

export const inputNames: readonly string[] = [
  // what
  ...buildInputNames,
  'merge-digests',
  // where to
  'images',
  'tags',
  'version',
  'environment',
  'registries',
  'push',
  'immutable',
  'if-exists',
  // how
  'builder',
  'reuse',
  'reuse-from',
  'max-age',
  'retries',
  // before it is tagged
  'verify-command',
  'scan-command',
  'scan-severity',
  'sign',
  'sign-key',
  'dry-run',
];

/** Inputs whose text is hidden from every log before anything is printed. */
export const secretInputs = ['secrets', 'registries'] as const;

const instead = {
  'github-token': 'is not needed: what is checked out is built; give a private repository to secrets',
  call: 'run docker buildx build --call yourself: this action builds',
  registry: 'use registries: - {registry: …, username: …, password: …}',
  username: 'use registries: - {registry: …, username: …, password: …}',
  password: 'use registries: - {registry: …, username: …, password: …}',
  flavor: 'latest, 1 and 1.4 move to the highest version by themselves: write them under tags',
  dockerfile: 'use file',
  'image-name': 'use images',
  'skip-if-built': 'use reuse: same-source',
  driver: 'docker/setup-buildx-action has it: give its output name to builder',
};

export interface Quarantine {
  /** Empty: nothing is asked. */
  readonly verify: readonly string[];
  readonly scan: readonly string[];
  readonly severity: SarifSeverity;
  /** Undefined: nothing is signed. */
  readonly sign: SigningKey | undefined;
}

/** Everything that one run of build-push was asked to do. */
export interface Inputs {
  readonly what:
    | { readonly kind: 'build'; readonly intent: BuildIntent }
    /** Manifests that are in the first repository, by digest. */
    | { readonly kind: 'merge'; readonly digests: readonly string[]; readonly labels: readonly string[] };
  /** The first is built into. Empty: nothing is pushed. */
  readonly images: readonly RepositoryRef[];
  readonly push: boolean;
  /** Templates; what they become is known, except for the commit that is checked out. */
  readonly tags: readonly string[];
  readonly facts: TagFacts;
  readonly immutable: readonly TagPattern[];
  readonly ifExists: 'overwrite' | 'fail';
  readonly registries: readonly RegistryLogin[];
  readonly builder: string | undefined;
  readonly reuse: 'never' | 'same-source';
  /** Refs whose builds a release's tag may reuse. */
  readonly reuseFrom: readonly string[];
  readonly maxAge: Milliseconds;
  /** How often a step is tried again after a registry was busy. */
  readonly retries: number;
  readonly quarantine: Quarantine;
  readonly dryRun: boolean;
  /** `https://github.com`. */
  readonly server: string;
}

/** Where releases come from in most repositories. */
const usualReuseFrom: readonly string[] = [
  'refs/heads/main',
  'refs/heads/master',
  'refs/heads/release/**',
  'refs/tags/**',
];

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the inputs; throws ConfigurationError with every fault at once. `look` looks at the workspace. */
export function parseInputs(given: Readonly<Record<string, string>>, env: Env, look?: Look): Inputs {
  const reader = new InputReader(given, { known: inputNames, instead });
  const { images, faults } = parseImages(reader.lines('images'));
  for (const fault of faults) reader.fault(fault);
  const registries = readRegistries(reader, env);
  const push = reader.flag('push', true);
  const facts = readTagFacts(reader, env);
  const inputs: Inputs = {
    what: readWhat(reader, env, look, registries),
    images,
    push,
    tags: readTags(reader, facts),
    facts,
    immutable: readImmutable(reader),
    ifExists: reader.choice('if-exists', ['overwrite', 'fail']),
    registries,
    builder: reader.text('builder') || undefined,
    reuse: reader.choice('reuse', ['never', 'same-source']),
    reuseFrom: reader.has('reuse-from') ? reader.lines('reuse-from') : usualReuseFrom,
    maxAge: reader.duration('max-age', 7 * 86_400_000),
    retries: reader.integer('retries', { min: 0, max: 10 }) ?? 2,
    quarantine: {
      verify: readCommandLine(reader, 'verify-command'),
      scan: readCommandLine(reader, 'scan-command'),
      severity: reader.choice('scan-severity', ['high', 'critical', 'medium', 'low']),
      sign: readSigning(reader),
    },
    dryRun: reader.flag('dry-run'),
    server: env['GITHUB_SERVER_URL'] || 'https://github.com',
  };
  checkPush(reader, inputs);
  return reader.finish(inputs);
}

/** The defaults of action.yml are nothing that the author wrote. */
const usual: ReadonlySet<string> = new Set(['', '.', 'false']);

function readWhat(
  reader: InputReader,
  env: Env,
  look: Look | undefined,
  registries: readonly RegistryLogin[],
): Inputs['what'] {
  const digests = reader.lines('merge-digests').flatMap((line) => line.split(/[\s,]+/).filter(Boolean));
  if (digests.length === 0) {
    const passwords = registries.flatMap((each) => ('password' in each ? [each.password] : []));
    const knownSecrets = [...secretsOfEnvironment(env), ...passwords];
    return { kind: 'build', intent: readBuild(reader, { env, look, knownSecrets }) };
  }
  const fault = (input: string, value: string, problem: string): void =>
    reader.fault({ input, value, problem });
  for (const digest of digests.filter((each) => !isDigest(each)))
    fault('merge-digests', JSON.stringify(digest), 'must be the output digest of a build: sha256:…');
  if (new Set(digests).size < digests.length) fault('merge-digests', '', 'one digest is there twice');
  for (const name of buildInputNames.filter((each) => each !== 'labels' && !usual.has(reader.text(each))))
    fault(`merge-digests + ${name}`, 'both given', 'nothing is built then: leave it out');
  return { kind: 'merge', digests, labels: readLabels(reader) };
}

function checkPush(reader: InputReader, { what, images, push, quarantine, reuse }: Inputs): void {
  const without = (name: string, given: boolean): void => {
    if (given)
      reader.fault({
        input: `push + ${name}`,
        value: 'false',
        problem: `nothing is pushed, so ${name} has nothing to work on`,
      });
  };
  if (push && images.length === 0 && !reader.has('images'))
    reader.fault({
      input: 'images',
      value: 'empty',
      problem: 'is required: registry/name, one per line; or say push: false for a build that goes nowhere',
    });
  if (what.kind === 'build' && what.intent.load && !(reader.has('images') && reader.has('tags')))
    reader.fault({
      input: 'load',
      value: 'true',
      problem: 'needs images and tags: by which name is the engine to know it?',
    });
  if (what.kind === 'build' && what.intent.noCache && reuse !== 'never')
    reader.fault({
      input: 'no-cache + reuse',
      value: 'both given',
      problem: 'one wants everything built anew, the other nothing: leave one out',
    });
  if (push) return;
  without('verify-command', quarantine.verify.length > 0);
  without('scan-command', quarantine.scan.length > 0);
  without('sign', quarantine.sign !== undefined);
  without('merge-digests', what.kind === 'merge');
  without('reuse', reuse !== 'never');
}
