/** The job before the gate: what is asked for, and everything that helps to decide. It has no production secrets. */
import { join } from 'node:path';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { defaultFile } from '../../lib/domain/environments/parse-file.ts';
import type { SlipwayFile } from '../../lib/domain/environments/types.ts';
import { ConfigurationError, TargetError } from '../../lib/domain/errors.ts';
import type { Fault } from '../../lib/domain/errors.ts';
import type { Changes } from '../../lib/domain/gate/changes.ts';
import { notIn, parseReport } from '../../lib/domain/gate/evidence.ts';
import type { Told } from '../../lib/domain/gate/evidence.ts';
import type { Learnt } from '../../lib/domain/gate/obstacles.ts';
import { migrationsAmong } from '../../lib/domain/gate/migrations.ts';
import type { Brought } from '../../lib/domain/gate/migrations.ts';
import { proposalSchema } from '../../lib/domain/gate/proposal.ts';
import type { Proposal, ValuesFile } from '../../lib/domain/gate/proposal.ts';
import type { EnvironmentFacts } from '../../lib/domain/gate/protection.ts';
import { runningOf } from '../../lib/domain/gate/running.ts';
import type { Running } from '../../lib/domain/gate/running.ts';
import { uncovered } from '../../lib/domain/gate/uncovered.ts';
import type { Uncovered } from '../../lib/domain/gate/uncovered.ts';
import { waysBack } from '../../lib/domain/gate/ways-back.ts';
import type { WaysBack } from '../../lib/domain/gate/ways-back.ts';
import { parseRecord } from '../../lib/domain/record/parse.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import { plural } from '../../lib/domain/words.ts';
import { readSlipwayFile } from '../../lib/steps/slipway-file.ts';
import { proposalHash, valuesFileHash } from '../../lib/steps/proposal-hash.ts';
import type { ProposeInputs } from './inputs.ts';
import { deploymentsIn } from './learn.ts';
import type { Ports } from './ports.ts';

export interface ProposeResult extends Result {
  readonly mode: 'propose';
  readonly proposal: Proposal;
  /** SHA-256 of the canonical proposal, hex. */
  readonly hash: string;
  /** Of the proposal as JSON. */
  readonly file: string;
  /** Images and chart as they were written, for people: the proposal has digests alone. */
  readonly named: { readonly images: readonly string[]; readonly chart: string };
  /** What is deployed and may change after the approval. */
  readonly uncovered: readonly Uncovered[];
  readonly environment: Learnt<EnvironmentFacts | undefined>;
  readonly running: Running | undefined;
  /** Undefined where nothing runs that it could be compared with. */
  readonly changes: Learnt<Changes | undefined> | undefined;
  /** Undefined where the file names no migrations. */
  readonly migrations: Brought | undefined;
  readonly record: ReleaseRecord | undefined;
  /** Digests of the proposal that the record is not of. */
  readonly unproven: readonly string[];
  readonly told: readonly Told[];
  readonly waysBack: WaysBack;
  readonly duration: Milliseconds;
}

/** Makes the proposal and what its page shows. Throws where it is unknown what runs there: it could be bound to nothing. */
export async function propose(inputs: ProposeInputs, ports: Ports): Promise<ProposeResult> {
  const { clock, files, gate, actor } = ports;
  const startedAt = clock.now();
  const file = await readFile(inputs, ports);
  const record = await readRecord(inputs, ports);
  const told = await readReports(inputs, ports);
  const values = await hashValues(inputs, ports);

  const [environment, approvals, deployed] = await Promise.all([
    gate.environment(inputs.environment),
    gate.approvals(inputs.environment),
    deploymentsIn(inputs.environment, lookedBack, ports),
  ]);
  if ('unknown' in approvals) throw unknownApprovals(inputs.environment, approvals.unknown);
  const running = runningOf(deployed);
  const changes = running === undefined ? undefined : await gate.changes(running.sha, actor.sha);
  const proposal = proposalOf(inputs, ports, {
    values,
    running,
    approvals: approvals.known.length,
    now: clock.now(),
  });

  return {
    mode: 'propose',
    result: 'success',
    reason: reasonOf(proposal, changes),
    proposal,
    hash: proposalHash(proposal),
    file: files.keep('proposal.json', `${JSON.stringify(proposal, undefined, 2)}\n`),
    named: { images: inputs.written, chart: inputs.chart },
    uncovered: uncovered(proposal, { chart: inputs.chart, file, path: inputs.file }),
    environment,
    running,
    changes,
    migrations: file.migrations && migrationsAmong(file.migrations, changes),
    record,
    unproven: record === undefined ? [] : notIn(record, proposal.images),
    told,
    waysBack: waysBack(deployed),
    duration: clock.now() - startedAt,
  };
}

function proposalOf(
  { environment, images, chart, expiresIn }: ProposeInputs,
  { actor: { repository, run, attempt, sha, actor } }: Ports,
  known: {
    readonly values: readonly ValuesFile[];
    readonly running: Running | undefined;
    readonly approvals: number;
    readonly now: number;
  },
): Proposal {
  const [, chartDigest] = /@(sha256:[0-9a-f]{64})$/.exec(chart) ?? [];
  const { values, running, approvals, now } = known;
  return {
    schema: proposalSchema,
    environment,
    repository,
    run,
    attempt,
    commit: sha,
    proposedBy: actor,
    images,
    ...(chartDigest === undefined ? {} : { chart: chartDigest }),
    values,
    ...(running === undefined
      ? {}
      : { runningNow: { deployment: running.deployment, record: running.record } }),
    ...(approvals === 0 ? {} : { approvalsBefore: approvals }),
    proposedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + expiresIn).toISOString(),
  };
}

/** Behind the gate an approval of an earlier attempt could not be told from one of this. */
const unknownApprovals = (environment: string, why: string): TargetError =>
  new TargetError(`who approved before in this run could not be learnt: ${why}`, {
    subject: environment,
    remedy: 'give github-token, with permissions: actions: read',
  });

function reasonOf({ environment, images }: Proposal, changes: ProposeResult['changes']): string {
  const names = Object.keys(images);
  const what = names.length === 0 ? 'a chart' : names.length === 1 ? 'one image' : `${names.length} images`;
  const known = changes !== undefined && 'known' in changes ? changes.known : undefined;
  const since =
    known === undefined ? '' : `, ${plural(known.commits.length, 'commit')} after what runs there`;
  return `${what} to ${environment}${since}`;
}

async function readFile(inputs: ProposeInputs, ports: Ports): Promise<SlipwayFile> {
  const read = await readSlipwayFile(inputs.file, ports);
  if (read !== undefined) return read.file;
  if (inputs.fileAsked) throw new ConfigurationError([missed('file', inputs.file)]);
  return defaultFile();
}

async function readRecord(
  { record }: ProposeInputs,
  { reports: files, workspace }: Ports,
): Promise<ReleaseRecord | undefined> {
  if (record === '') return undefined;
  const [found, ...more] = await files.find([record], workspace);
  if (found === undefined) throw new ConfigurationError([missed('record', record)]);
  const parsed = parseRecord(found.text);
  if (more.length === 0 && !('unreadable' in parsed)) return parsed;
  const problem =
    more.length > 0
      ? `finds ${more.length + 1} files: give the one of the environment before`
      : 'is not a release record: give the file that output record-file names';
  throw new ConfigurationError([{ input: 'record', value: JSON.stringify(record), problem }]);
}

async function readReports(
  { reports }: ProposeInputs,
  { reports: files, workspace }: Ports,
): Promise<Told[]> {
  const found = await Promise.all(reports.map((pattern) => files.find([pattern], workspace)));
  const missing = reports
    .filter((_, at) => found[at]?.length === 0)
    .map((pattern) => missed('reports', pattern));
  const read = found.flat().map(({ path, text }) => ({ path, told: parseReport(text) }));
  const faults = read.flatMap(({ path, told }) =>
    'unreadable' in told ? [{ input: 'reports', value: path, problem: told.unreadable }] : [],
  );
  if (missing.length + faults.length > 0) throw new ConfigurationError([...missing, ...faults]);
  return read.flatMap(({ told }) => ('unreadable' in told ? [] : [told]));
}

async function hashValues(
  { valuesFiles }: ProposeInputs,
  { files, workspace }: Ports,
): Promise<ValuesFile[]> {
  const hashed = valuesFiles.map(async (path) => {
    const text = await files.read(path.startsWith('/') ? path : join(workspace, path));
    if (text === undefined) throw new ConfigurationError([missed('values-files', path)]);
    return { path, sha256: valuesFileHash(text) };
  });
  return Promise.all(hashed);
}

const missed = (input: string, path: string): Fault => ({
  input,
  value: JSON.stringify(path),
  problem:
    'is not there; the path starts at the workspace: check out, or download the artifact, before this step',
});

/** How often releases were taken back lately is among so many; each costs a request. */
const lookedBack = 20;
