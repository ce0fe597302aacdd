import { usualFile } from '../../lib/domain/environments/parse-file.ts';
import type { RunFacts } from '../../lib/domain/environments/occasion.ts';
import { parseRunning } from '../../lib/domain/environments/updates.ts';
import type { Running } from '../../lib/domain/environments/updates.ts';
import { parseImageRef } from '../../lib/domain/image-ref.ts';
import { InputReader } from '../../lib/domain/inputs/reader.ts';
import { readRegistries } from '../../lib/domain/inputs/registries.ts';
import type { RegistryLogin } from '../../lib/domain/inputs/registries.ts';
import type { RepositoryRef } from '../../lib/domain/oci/types.ts';

export const inputNames: readonly string[] = [
  // what the plan follows from
  'file',
  'environment',
  'version',
  // modules
  'modules',
  'base',
  // a scheduled look for something newer
  'image',
  'chart',
  'running',
  'registries',
];

const instead = {
  'dry-run': 'plan-release changes nothing anyway: leave it out',
  'github-token': 'none is needed: no question goes to GitHub',
  token: 'none is needed: no question goes to GitHub',
  tags: 'templates of tags stand in the file: environments.<name>.tags',
  images: 'names of images belong to build-push; here image names the one to look for updates of',
  flavor: 'docker/metadata-action has it; here the file says which tags there are',
  branch: 'the run says it; environments.<name>.branches in the file says what it leads to',
};

/** What is looked up in a registry by a scheduled run, and what runs now. */
export interface UpdateOrder {
  readonly repository: RepositoryRef;
  readonly running: Running;
  readonly registries: readonly RegistryLogin[];
}

/** Everything that one run of plan-release was asked to do. */
export interface Inputs {
  /** From the workspace. */
  readonly file: string;
  /** The workflow named it, so it must be there. */
  readonly fileAsked: boolean;
  /** Empty: the ref decides. */
  readonly environment: string;
  /** Empty: the ref and its history decide. */
  readonly version: string;
  /** Names, or what is affected by the change, or all of them. */
  readonly modules: 'changed' | 'all' | readonly string[];
  /** Empty: the event decides. */
  readonly base: string;
  /** Undefined: the plan is for what the run is about, not for something newer in a registry. */
  readonly update: UpdateOrder | undefined;
  readonly run: RunFacts;
  /** GITHUB_EVENT_PATH; empty where there is no payload. */
  readonly eventPath: string;
}

export function parseInputs(
  given: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): Inputs {
  const reader = new InputReader(given, { known: inputNames, instead });
  const text = (name: string): string => env[name] ?? '';
  return reader.finish({
    file: reader.text('file') || usualFile,
    fileAsked: reader.has('file') && reader.text('file') !== usualFile,
    environment: reader.text('environment'),
    version: reader.text('version'),
    modules: readModules(reader),
    base: readBase(reader),
    update: readUpdate(reader, env),
    run: {
      event: text('GITHUB_EVENT_NAME'),
      ref: text('GITHUB_REF'),
      sha: text('GITHUB_SHA'),
      runId: text('GITHUB_RUN_ID'),
      runAttempt: text('GITHUB_RUN_ATTEMPT') || '1',
      repository: text('GITHUB_REPOSITORY'),
      headRef: text('GITHUB_HEAD_REF'),
    },
    eventPath: text('GITHUB_EVENT_PATH'),
  });
}

function readModules(reader: InputReader): Inputs['modules'] {
  const names = reader.lines('modules').flatMap((line) => line.split(/[\s,]+/));
  const [first] = names;
  if (first === undefined) return 'changed';
  if (names.length === 1 && (first === 'changed' || first === 'all')) return first;
  return names;
}

/** A commit that a skipped step would have said is empty, and forty zeros are no commit. */
function readBase(reader: InputReader): string {
  const base = reader.text('base');
  if (/\s/.test(base) || base.startsWith('-'))
    reader.fault({
      input: 'base',
      value: JSON.stringify(base),
      problem: 'must be one commit, tag or branch',
    });
  return /^0+$/.test(base) ? '' : base;
}

function readUpdate(
  reader: InputReader,
  env: Readonly<Record<string, string | undefined>>,
): UpdateOrder | undefined {
  reader.exclusive(['image', 'chart'], 'one is looked for at a time; use a step for each');
  const name = reader.has('chart') ? 'chart' : 'image';
  if (!reader.has(name)) {
    for (const idle of ['running', 'registries'].filter((each) => reader.has(each)))
      reader.fault({
        input: idle,
        value: 'given',
        problem: 'goes with image or chart, and neither is given',
      });
    return undefined;
  }
  // The runner passes the default of modules on as if it were given.
  const given = (idle: string): boolean => reader.has(idle) && reader.text(idle) !== 'changed';
  for (const idle of ['version', 'modules', 'base'].filter(given))
    reader.fault({
      input: idle,
      value: JSON.stringify(reader.text(idle)),
      problem: `leave it out: with ${name} the registry says what is new`,
    });
  if (!reader.has('environment'))
    reader.fault({
      input: 'environment',
      value: 'empty',
      problem: `is required with ${name}: which environment is to be updated?`,
    });
  const repository = readRepository(reader, name);
  const running = readRunning(reader);
  const registries = readRegistries(reader, env);
  return repository === undefined || running === undefined ? undefined : { repository, running, registries };
}

function readRepository(reader: InputReader, name: 'image' | 'chart'): RepositoryRef | undefined {
  const text = reader.text(name);
  const fault = (problem: string): undefined =>
    reader.fault({ input: name, value: JSON.stringify(text), problem }) as undefined;
  if (name === 'chart' && !text.startsWith('oci://'))
    return fault('must be an OCI repository: oci://registry.example.com/charts/shop');
  const ref = parseImageRef(text.replace(/^oci:\/\//, ''));
  if (ref === undefined)
    return fault(
      /[A-Z]/.test(text)
        ? `repositories are lower case: ${text.toLowerCase()}`
        : 'must be a repository: registry.example.com/shop/web',
    );
  if (ref.tag !== undefined || ref.digest !== undefined)
    return fault('must be a repository alone; what runs belongs into running');
  return { registry: ref.registry, repository: ref.repository };
}

function readRunning(reader: InputReader): Running | undefined {
  const text = reader.text('running');
  const running = parseRunning(text);
  if (running === undefined)
    reader.fault({
      input: 'running',
      value: text === '' ? 'empty' : JSON.stringify(text),
      problem: 'what runs now? a version (1.4.2), a digest (sha256:…), or none',
    });
  return running;
}
