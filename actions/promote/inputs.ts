import { parseImages } from '../../lib/domain/build/images.ts';
import { formatImageRef, parseImageRef } from '../../lib/domain/image-ref.ts';
import type { ImageRef } from '../../lib/domain/image-ref.ts';
import { InputReader } from '../../lib/domain/inputs/reader.ts';
import { readRegistries } from '../../lib/domain/inputs/registries.ts';
import type { RegistryLogin } from '../../lib/domain/inputs/registries.ts';
import { readEntries, readImmutable, readTagFacts } from '../../lib/domain/inputs/tags.ts';
import type { RepositoryRef } from '../../lib/domain/oci/types.ts';
import { parseRequirement, wordOf } from '../../lib/domain/promotion/requirements.ts';
import type { Requirement } from '../../lib/domain/promotion/requirements.ts';
import { ownWorkflows, workflowIssuer } from '../../lib/domain/promotion/trusted-signer.ts';
import type { Trust } from '../../lib/domain/promotion/trusted-signer.ts';
import type { TagPattern } from '../../lib/domain/tags/patterns.ts';
import { templateProblem } from '../../lib/domain/tags/template.ts';
import type { TagFacts } from '../../lib/domain/tags/template.ts';

export const inputNames: readonly string[] = [
  // what
  'source',
  // where to
  'destinations',
  'tags',
  'environment',
  'version',
  'registries',
  // under which conditions
  'require',
  'signature-key',
  'signature-identity',
  'signature-issuer',
  'immutable',
  'if-exists',
  // how
  'dry-run',
  'github-token',
  'job-id',
];

/** Inputs whose text is hidden from every log before anything is printed. */
export const secretInputs = ['github-token'] as const;

const instead = {
  image: 'use source',
  images: 'use destinations',
  destination: 'use destinations',
  digest: 'use source: registry/name@sha256:…',
  tag: 'use tags',
  registry: 'use registries: - {registry: …, username: …, password: …}',
  username: 'use registries: - {registry: …, username: …, password: …}',
  password: 'use registries: - {registry: …, username: …, password: …}',
  platforms: 'an image goes with all its platforms: one of them alone would be another digest',
  'include-referrers': 'signatures, attestations and SBOMs always go along',
};

/** Everything that one run of promote was asked to do. */
export interface Inputs {
  readonly source: ImageRef;
  /** Never empty. */
  readonly destinations: readonly RepositoryRef[];
  /** Templates; the image's own labels may be needed to fill them in. */
  readonly tags: readonly string[];
  readonly facts: TagFacts;
  readonly registries: readonly RegistryLogin[];
  readonly require: readonly Requirement[];
  readonly trust: Trust;
  readonly immutable: readonly TagPattern[];
  readonly ifExists: 'overwrite' | 'fail';
  readonly dryRun: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the inputs; throws ConfigurationError with every fault at once. */
export function parseInputs(given: Readonly<Record<string, string>>, env: Env): Inputs {
  const reader = new InputReader(given, { known: inputNames, instead });
  const source = readSource(reader);
  const destinations = readDestinations(reader, source);
  const tags = readTemplates(reader);
  const nowhere = destinations.every((each) => isSame(each, source)) && tags.length === 0;
  if (nowhere && reader.has('source'))
    reader.fault({
      input: 'tags + destinations',
      value: 'neither given',
      problem: 'nothing would change: name another repository, a tag, or both',
    });
  return reader.finish({
    source,
    destinations,
    tags,
    facts: readTagFacts(reader, env),
    registries: readRegistries(reader, env),
    require: readRequirements(reader),
    trust: readTrust(reader, env),
    immutable: readImmutable(reader),
    ifExists: reader.choice('if-exists', ['overwrite', 'fail']),
    dryRun: reader.flag('dry-run'),
  });
}

const nobody: ImageRef = { registry: '', repository: '' };

function readSource(reader: InputReader): ImageRef {
  const text = reader.required('source');
  if (text === '') return nobody;
  const ref = parseImageRef(text);
  const fault = (problem: string): void =>
    reader.fault({ input: 'source', value: JSON.stringify(text), problem });
  if (ref === undefined) fault(sourceProblem(text));
  else if (ref.tag === undefined && ref.digest === undefined)
    fault(`which image of it? add @ and the digest that build-push gave, or a tag`);
  return ref ?? nobody;
}

function sourceProblem(text: string): string {
  const lower = text.replace(/^[^@:]*(?::\d+\/[^@:]*)?/, (name) => name.toLowerCase());
  const ref = lower === text ? undefined : parseImageRef(lower);
  return ref === undefined
    ? 'must be registry/name@sha256:… or registry/name:tag'
    : `a repository is written in lower case: ${formatImageRef(ref)}`;
}

function readDestinations(reader: InputReader, source: ImageRef): readonly RepositoryRef[] {
  if (!reader.has('destinations')) return [{ registry: source.registry, repository: source.repository }];
  const { images, faults } = parseImages(reader.lines('destinations'));
  for (const fault of faults) reader.fault({ ...fault, input: 'destinations' });
  return images;
}

function readTemplates(reader: InputReader): readonly string[] {
  const templates = readEntries(reader, 'tags');
  for (const [index, template] of templates.entries()) {
    const problem = templates.indexOf(template) < index ? 'is there twice' : templateProblem(template);
    if (problem !== undefined) reader.fault({ input: 'tags', value: JSON.stringify(template), problem });
  }
  return templates;
}

function readRequirements(reader: InputReader): readonly Requirement[] {
  const found = new Map<string, Requirement>();
  for (const line of reader.lines('require')) {
    const parsed = parseRequirement(line);
    if (parsed.kind === 'problem')
      reader.fault({ input: 'require', value: JSON.stringify(line), problem: parsed.problem });
    else found.set(wordOf(parsed.requirement), parsed.requirement);
  }
  return [...found.values()];
}

function readTrust(reader: InputReader, env: Env): Trust {
  const [key, identity, issuer] = ['key', 'identity', 'issuer'].map((each) =>
    reader.text(`signature-${each}`),
  );
  const asked = reader.lines('require').includes('signature');
  for (const name of ['signature-key', 'signature-identity', 'signature-issuer'])
    if (reader.has(name) && !asked)
      reader.fault({ input: name, value: 'given', problem: 'nothing asks for it: write require: signature' });
  reader.exclusive(['signature-key', 'signature-identity'], 'a key is its own identity; give one of them');
  reader.exclusive(['signature-key', 'signature-issuer'], 'a key has no issuer; give one of them');
  if (key?.includes('PRIVATE KEY') === true)
    reader.fault({
      input: 'signature-key',
      problem: 'is a private key, and only the public one is needed: take it out of the workflow',
    });
  if (key) return { kind: 'public-key', key };
  const server = env['GITHUB_SERVER_URL'] || 'https://github.com';
  return {
    kind: 'keyless',
    identity: identity || ownWorkflows(server, env['GITHUB_REPOSITORY'] ?? ''),
    issuer: issuer || workflowIssuer(server),
  };
}

const isSame = (a: RepositoryRef, b: RepositoryRef): boolean =>
  a.registry === b.registry && a.repository === b.repository;
