/** What must not be left behind. Pure, but for the look at files and processes. */
import { readdirSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import { seq } from './case.ts';
import type { Revision, State } from './state.ts';

/** A revision that keeps Helm from the next one. */
export const stuckRelease = ({ revisions }: Pick<State, 'revisions'>): string | undefined =>
  revisions.filter(({ status }) => status.startsWith('pending-')).map(worded)[0];

/** Somebody is still said to hold it, and no process of his is left to give it back. */
export const stuckLock = ({ holder }: Pick<State, 'holder'>): string | undefined =>
  holder === '' ? undefined : holder;

/** What Helm was made to write between the deploy that is broken off and the next one: each is a way back. */
export const rollbacks = ({ revisions }: Pick<State, 'revisions'>): readonly Revision[] =>
  revisions.filter(({ revision, description }) => revision > seq && !description.startsWith('slipway '));

/** Two ways back of one release, or one that went further than to the version before it. */
export function doubleUndo(state: Pick<State, 'revisions' | 'records'>): string | undefined {
  const made = rollbacks(state);
  if (made.length > 1) return `undone twice: ${made.map(worded).join(', ')}`;
  const undo = state.records.find((record) => record.seq === seq)?.undo;
  if (undo === undefined || undo.toRevision === 1) return undefined;
  return `record #${seq} was undone to revision ${undo.toRevision}`;
}

export type End = 'verified' | 'owed' | 'neither';

/**
 * `verified`: version 1, or a version 2 that its record calls ready, runs and is ready. `owed`: it does not, and the
 * journal tells the next run so.
 */
export function endOf(
  { image, ready, records }: Pick<State, 'image' | 'ready' | 'records'>,
  [v1, v2]: readonly [string, string],
): End {
  const record = records.find((each) => each.seq === seq);
  const isProven = record !== undefined && ['ready', 'verified'].includes(record.state);
  if (ready && (image === v1 || (image === v2 && isProven))) return 'verified';
  return record !== undefined && owes(record) ? 'owed' : 'neither';
}

const owes = ({ state, undo }: ReleaseRecord): boolean =>
  state === 'planned' ||
  state === 'applied' ||
  (state === 'rejected' && undo !== undefined && undo.outcome !== 'success');

/** Folders and unknown files in a job's RUNNER_TEMP; what outputs name stays for the workflow to upload. */
export async function leftIn(temp: string): Promise<string[]> {
  const entries = await readdir(temp, { withFileTypes: true });
  return entries
    .filter((entry) => (entry.isDirectory() ? !entry.name.startsWith('_step-') : !isKept(entry.name)))
    .map(({ name }) => name);
}

const isKept = (name: string): boolean =>
  /^slipway-[0-9a-f]{8}-(record|evidence|deploy-helm)\.(json|md)$/.test(name);

/** Processes of a job that are still at work: the runner's RUNNER_TEMP is in the environment of every one. */
export const processesOf = (temp: string): string[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((entry) => textOf(entry, 'environ').split('\0').includes(`RUNNER_TEMP=${temp}`))
    .map((entry) => `process ${entry}: ${textOf(entry, 'cmdline').replaceAll('\0', ' ').slice(0, 80)}`);

function textOf(pid: string, file: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}

const worded = ({ revision, status }: Revision): string => `revision ${revision} ${status}`;
