/**
 * What a release manager is asked to approve: few fields, each with one meaning, and their hash. What was approved is
 * what is deployed; a difference in any of these fields is another proposal. docs/schemas/proposal.json is its schema.
 *
 * It guards against mistakes and drift. Who may edit the workflow can also edit what it proposes.
 */

export const proposalSchema = 'slipway/proposal/v1';

export interface Proposal {
  readonly schema: typeof proposalSchema;
  readonly environment: string;
  readonly repository: string;
  /** The workflow's run, and its attempt: a re-run asks anew. */
  readonly run: string;
  readonly attempt: number;
  readonly commit: string;
  /** Login of who started the run. */
  readonly proposedBy: string;
  /** Name → `sha256:…`: what is to run. */
  readonly images: Readonly<Record<string, string>>;
  /** Digest of the chart as it was read, where one was. */
  readonly chart?: string;
  /** Committed values files, in the order in which helm merges them. Inline values are not covered. */
  readonly values: readonly ValuesFile[];
  /** What runs there now, in the words of the environment's newest Deployment; undefined: nothing that we know of. */
  readonly runningNow?: RunningNow;
  /**
   * How many decisions about this environment GitHub listed of the run when this was proposed: they were about an
   * earlier attempt, and the list does not say so. Left out where there were none.
   */
  readonly approvalsBefore?: number;
  /** ISO 8601. */
  readonly proposedAt: string;
  readonly expiresAt: string;
}

export interface ValuesFile {
  readonly path: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface RunningNow {
  /** Of the Deployment, in decimal digits. */
  readonly deployment: string;
  /** `shop-production/shop#41` */
  readonly record: string;
}

/** The text whose SHA-256 is the proposal's hash: the same for the same fields in any order. */
export const canonicalProposal = (proposal: Proposal): string =>
  JSON.stringify(proposal, (_key, value: unknown) =>
    isMap(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a proposal, or says in a few words why it cannot be one of ours. */
export function parseProposal(text: string): Proposal | { readonly unreadable: string } {
  let value: Partial<Proposal> | null;
  try {
    value = JSON.parse(text) as Partial<Proposal> | null;
  } catch {
    return { unreadable: text.trim() === '' ? 'it is empty' : 'it is not JSON' };
  }
  if (value?.schema !== proposalSchema)
    return { unreadable: `schema ${JSON.stringify(value?.schema)}; this version reads ${proposalSchema}` };
  const texts = [value.environment, value.repository, value.run, value.commit, value.proposedBy];
  const whole =
    texts.every((each) => typeof each === 'string' && each !== '') &&
    Number.isSafeInteger(value.attempt) &&
    (value.approvalsBefore === undefined || Number.isSafeInteger(value.approvalsBefore)) &&
    isTexts(value.images) &&
    isValuesFiles(value.values) &&
    [value.proposedAt, value.expiresAt].every((time) => !Number.isNaN(Date.parse(String(time))));
  return whole ? (value as Proposal) : { unreadable: 'parts of it are missing' };
}

const isTexts = (value: unknown): boolean =>
  isMap(value) && Object.values(value).every((each) => typeof each === 'string');

const isValuesFiles = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every((each: unknown) => isTexts(each) && isMap(each) && 'path' in each && 'sha256' in each);

/** A field in which what is about to happen is not what was approved. */
export interface Difference {
  /** As a person says it: `image shop`, `values file deploy/values-production.yaml`, `order of values files`. */
  readonly field: string;
  readonly approved: string;
  readonly now: string;
}

/** What is about to be deployed, as the one who deploys knows it; undefined where it knows nothing of that field. */
export interface AboutToRun {
  readonly environment?: string;
  readonly repository?: string;
  readonly run?: string;
  readonly attempt?: number;
  readonly commit?: string;
  readonly images?: Readonly<Record<string, string>>;
  /** Empty where it has no digest. */
  readonly chart?: string;
  readonly values?: readonly ValuesFile[];
}

/** Every field that differs; an empty list is what was approved. Digests are compared, names of tags are not. */
export function proposalDifferences(proposal: Proposal, about: AboutToRun): Difference[] {
  return [
    ...field('environment', proposal.environment, about.environment),
    ...field('repository', proposal.repository, about.repository),
    ...field('run', proposal.run, about.run),
    ...field('attempt', String(proposal.attempt), about.attempt?.toString()),
    ...field('commit', proposal.commit, about.commit),
    ...fields('image', proposal.images, about.images),
    ...field('chart', proposal.chart ?? none, about.chart === '' ? none : about.chart),
    ...valuesFiles(proposal.values, about.values),
  ];
}

const none = 'none';

function field(name: string, approved: string, now: string | undefined): Difference[] {
  return now === undefined || now === approved ? [] : [{ field: name, approved, now }];
}

function fields(
  what: string,
  approved: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>> | undefined,
): Difference[] {
  if (now === undefined) return [];
  const names = [...new Set([...Object.keys(approved), ...Object.keys(now)])].sort();
  return names.flatMap((name) => field(`${what} ${name}`, approved[name] ?? none, now[name] ?? none));
}

/** Of the same files the last one wins: another order is another configuration. */
function valuesFiles(approved: readonly ValuesFile[], now: readonly ValuesFile[] | undefined): Difference[] {
  if (now === undefined) return [];
  const differing = fields('values file', byPath(approved), byPath(now));
  const [before, after] = [approved, now].map((files) => files.map(({ path }) => path).join(', ')) as [
    string,
    string,
  ];
  return differing.length > 0 ? differing : field('order of values files', before, after);
}

const byPath = (files: readonly ValuesFile[]): Readonly<Record<string, string>> =>
  Object.fromEntries(files.map(({ path, sha256 }) => [path, sha256]));
