import type { Milliseconds } from '../../lib/domain/duration.ts';
import { usualFile } from '../../lib/domain/environments/parse-file.ts';
import { roles } from '../../lib/domain/gate/issue.ts';
import type { Role } from '../../lib/domain/gate/issue.ts';
import type { Proposal } from '../../lib/domain/gate/proposal.ts';
import { protections } from '../../lib/domain/gate/protection.ts';
import type { Protection } from '../../lib/domain/gate/protection.ts';
import { parsePlacements } from '../../lib/domain/images/place.ts';
import { formatValuesPath } from '../../lib/domain/images/values-path.ts';
import { readProposal } from '../../lib/domain/inputs/proposal.ts';
import { InputReader } from '../../lib/domain/inputs/reader.ts';
import { closest } from '../../lib/domain/suggest.ts';

const ofPropose = ['images', 'chart', 'values-files', 'expires-in', 'record', 'reports'] as const;
const ofVerify = ['proposal', 'protections', 'approvers', 'allow-bypass'] as const;
/** Of whoever lets it through: behind the environment's gate, or on a word in an issue. */
const ofEither = ['exclude-initiator', 'requires', 'max-age', 'break-glass'] as const;
const ofDecide = ['issue', 'decision', 'comment', 'role', 'opened-by'] as const;

export const inputNames: readonly string[] = [
  'mode',
  'environment',
  'file',
  // the job before the gate
  ...ofPropose,
  // the first step after it
  ...ofVerify,
  ...ofEither,
  // a gate that is an issue
  ...ofDecide,
  'github-token',
  'job-id',
];

/** Inputs whose text is hidden from every log before anything is printed. */
export const secretInputs = ['github-token'] as const;

const instead = {
  reviewers: "who may approve is the environment's: Settings, Environments, Required reviewers",
  'minimum-approvals': 'GitHub takes one approval for each environment; chain two environments for two',
  image: 'use images: <values path>=registry/name:tag@sha256:…',
  timeout: 'use expires-in: how long what is proposed may be approved',
  'dry-run': 'it changes nothing anyway: leave it out',
};

export type Inputs = ProposeInputs | VerifyInputs | OpenIssueInputs | DecideInputs;

interface Common {
  readonly environment: string;
  /** `propose` reads it in the workspace, as the migrations of this commit; behind the gate the default branch's counts. */
  readonly file: string;
  /** The workflow named it, so it must be there. */
  readonly fileAsked: boolean;
}

/** What is proposed, and what its page is made of. */
export interface ProposeInputs extends Common {
  readonly mode: 'propose';
  /** Values path → `sha256:…` */
  readonly images: Readonly<Record<string, string>>;
  /** As the page shows them. */
  readonly written: readonly string[];
  /** As deploy-helm takes it; empty where none is named. */
  readonly chart: string;
  readonly valuesFiles: readonly string[];
  readonly expiresIn: Milliseconds;
  /** Path or pattern of the record of the environment before; empty where none is given. */
  readonly record: string;
  /** Paths or patterns of JSON reports of our actions. */
  readonly reports: readonly string[];
}

/** The same, asked in an issue. */
export interface OpenIssueInputs extends Omit<ProposeInputs, 'mode'> {
  readonly mode: 'issue';
}

interface LetThrough {
  readonly excludeInitiator: boolean;
  readonly requires: readonly string[];
  /** Undefined: however long ago. */
  readonly maxAge: Milliseconds | undefined;
  readonly breakGlass: string;
}

export interface VerifyInputs extends Common, LetThrough {
  readonly mode: 'verify';
  /** Undefined: the gate alone is judged, for the workflow says so. */
  readonly proposal: Proposal | undefined;
  readonly protections: readonly Protection[];
  readonly approvers: readonly string[];
  readonly allowBypass: boolean;
}

/** Goes on with what an issue proposed. */
export interface DecideInputs extends Common, LetThrough {
  readonly mode: 'decide';
  readonly issue: number;
  /** Undefined: the comment says it that started this run. */
  readonly decision: 'approve' | 'reject' | undefined;
  readonly comment: string;
  readonly role: Role;
  readonly openedBy: readonly string[];
  /** GITHUB_EVENT_PATH. */
  readonly eventPath: string;
}

const day: Milliseconds = 86_400_000;

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the inputs; throws ConfigurationError with every fault at once. */
export function parseInputs(given: Readonly<Record<string, string>>, env: Env): Inputs {
  const reader = new InputReader(given, { known: inputNames, instead });
  reader.required('mode');
  const asked = reader.choice('mode', ['propose', 'verify', 'issue']);
  const mode = asked === 'issue' && reader.has('issue') ? 'decide' : asked;
  refuseMisplaced(reader, mode);
  const common = {
    environment: readEnvironment(reader),
    file: reader.text('file') || usualFile,
    fileAsked: reader.has('file') && reader.text('file') !== usualFile,
  };
  switch (mode) {
    case 'verify':
      return reader.finish<VerifyInputs>({
        mode,
        ...common,
        ...readVerified(reader),
        ...readLetThrough(reader),
      });
    case 'decide':
      return reader.finish<DecideInputs>({
        mode,
        ...common,
        ...readDecided(reader, env),
        ...readLetThrough(reader),
      });
    case 'issue':
      return reader.finish<OpenIssueInputs>({ mode, ...common, ...readProposed(reader) });
    case 'propose':
    default:
      return reader.finish<ProposeInputs>({ mode, ...common, ...readProposed(reader) });
  }
}

const misplaced: Readonly<
  Record<Inputs['mode'], readonly (readonly [names: readonly string[], owner: string])[]>
> = {
  propose: [
    [[...ofVerify, ...ofEither], 'mode: verify'],
    [ofDecide, 'mode: issue'],
  ],
  verify: [
    [ofPropose, 'mode: propose'],
    [ofDecide, 'mode: issue'],
  ],
  issue: [
    [ofVerify, 'mode: verify'],
    [[...ofEither, ...ofDecide], 'the run that decides: it has issue as well'],
  ],
  decide: [
    [ofVerify, 'mode: verify'],
    [ofPropose, 'the run that opens the issue'],
  ],
};

/** An input that nobody looks at is one that its author believes in. */
function refuseMisplaced(reader: InputReader, mode: Inputs['mode']): void {
  for (const [names, owner] of misplaced[mode])
    for (const input of names.filter((name) => reader.has(name)))
      reader.fault({ input, problem: `belongs to ${owner}` });
}

function readEnvironment(reader: InputReader): string {
  const name = reader.required('environment');
  if (/[\r\n]/.test(name) || name.length > 255)
    reader.fault({
      input: 'environment',
      problem: 'must be the name of one environment, at most 255 characters',
    });
  return name;
}

function readProposed(reader: InputReader): Omit<ProposeInputs, 'mode' | keyof Common> {
  const { placements, faults } = parsePlacements(reader.lines('images'));
  for (const fault of faults) reader.fault(fault);
  const chart = reader.text('chart');
  if (placements.length === 0 && faults.length === 0 && !/@sha256:[0-9a-f]{64}$/.test(chart))
    reader.fault({
      input: 'images',
      value: 'empty',
      problem:
        'nothing is proposed by its digest: name images as deploy-helm takes them, or a chart by digest',
    });
  return {
    images: Object.fromEntries(placements.map(({ path, ref }) => [formatValuesPath(path), ref.digest])),
    written: placements.map(({ written }) => written),
    chart,
    valuesFiles: reader.lines('values-files'),
    expiresIn: reader.duration('expires-in', day),
    record: reader.text('record'),
    reports: reader.lines('reports'),
  };
}

/** Not left out in silence: an output that GitHub dropped, or a step that is called otherwise, is empty as well. */
function readAsked(reader: InputReader): Proposal | undefined {
  const text = reader.text('proposal');
  if (text === '')
    reader.fault({
      input: 'proposal',
      value: 'empty',
      problem:
        'give the output proposal of the job before the gate: its outputs must name it, and needs that job; or none, to judge the gate alone',
    });
  return text === 'none' ? undefined : readProposal(reader);
}

const readVerified = (reader: InputReader): Omit<VerifyInputs, 'mode' | keyof Common | keyof LetThrough> => ({
  proposal: readAsked(reader),
  protections: readProtections(reader),
  approvers: readApprovers(reader),
  allowBypass: reader.flag('allow-bypass'),
});

function readLetThrough(reader: InputReader): LetThrough {
  if (reader.has('max-age') && !reader.has('requires'))
    reader.fault({ input: 'max-age', problem: 'belongs to requires, which is empty' });
  return {
    excludeInitiator: reader.flag('exclude-initiator'),
    requires: reader.lines('requires'),
    maxAge: reader.has('max-age') ? reader.duration('max-age', day) : undefined,
    breakGlass: reader.text('break-glass'),
  };
}

function readDecided(
  reader: InputReader,
  env: Env,
): Omit<DecideInputs, 'mode' | keyof Common | keyof LetThrough> {
  if (reader.has('comment') && !reader.has('decision'))
    reader.fault({ input: 'comment', problem: 'belongs to decision, which is empty' });
  const openedBy = reader.lines('opened-by');
  return {
    issue: reader.integer('issue', { min: 1, max: Number.MAX_SAFE_INTEGER }) ?? 0,
    decision: reader.has('decision')
      ? reader.choice<'approve' | 'reject'>('decision', ['approve', 'reject'])
      : undefined,
    comment: reader.text('comment'),
    role: reader.choice('role', roles),
    openedBy: openedBy.length === 0 ? ['github-actions[bot]'] : openedBy,
    eventPath: env['GITHUB_EVENT_PATH'] ?? '',
  };
}

/** Logins, and teams as `organization/team`. */
function readApprovers(reader: InputReader): readonly string[] {
  const approvers = reader.lines('approvers').map((each) => each.replace(/^@/, ''));
  for (const each of approvers.filter((name) => !/^[\w.-]+(\/[\w.-]+)?$/.test(name)))
    reader.fault({
      input: 'approvers',
      value: JSON.stringify(each),
      problem: 'must be a login, or a team as organization/team',
    });
  return approvers;
}

function readProtections(reader: InputReader): readonly Protection[] {
  const words = reader.has('protections') ? reader.lines('protections') : ['reviewers'];
  if (words.join() === 'none') return [];
  return words.flatMap((word) => {
    const known = protections.find((each) => each === word);
    if (known !== undefined) return [known];
    const near = closest(word, protections);
    reader.fault({
      input: 'protections',
      value: JSON.stringify(word),
      problem:
        near === undefined ? `must be ${protections.join(', ')}, or none alone` : `did you mean ${near}?`,
    });
    return [];
  });
}
