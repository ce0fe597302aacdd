/** What the plan follows from: the run, the checkout, the file, the event. */
import type { RunFacts } from '../../lib/domain/environments/occasion.ts';
import { defaultFile } from '../../lib/domain/environments/parse-file.ts';
import type { SlipwayFile } from '../../lib/domain/environments/types.ts';
import { ConfigurationError } from '../../lib/domain/errors.ts';
import type { Fault } from '../../lib/domain/errors.ts';
import type { Commit } from '../../lib/ports/git.ts';
import { readSlipwayFile } from '../../lib/steps/slipway-file.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';

export interface Checkout {
  /** Undefined: the repository is not checked out here. */
  readonly head: Commit | undefined;
  readonly shallow: boolean;
  /** The git tags in its history. */
  readonly tags: readonly string[];
}

/** Without a commit and a run there is nothing to plan for. */
export function checkRun({ sha, runId }: RunFacts): void {
  const faults: Fault[] = [
    ...(/^[0-9a-f]{40,64}$/.test(sha)
      ? []
      : [
          {
            input: 'GITHUB_SHA',
            value: JSON.stringify(sha),
            problem: 'the runner sets it to a whole commit',
          },
        ]),
    ...(/^\d+$/.test(runId)
      ? []
      : [
          { input: 'GITHUB_RUN_ID', value: JSON.stringify(runId), problem: 'the runner sets it to a number' },
        ]),
  ];
  if (faults.length > 0) throw new ConfigurationError(faults);
}

export async function readCheckout({ git }: Ports): Promise<Checkout> {
  const head = await git.head();
  if (head === undefined) return { head, shallow: false, tags: [] };
  return { head, shallow: await git.isShallow(), tags: await git.tagsIn(head.sha) };
}

export interface PlanFile {
  readonly file: SlipwayFile;
  readonly notes: readonly string[];
}

/** Throws ConfigurationError with every fault of the file. */
export async function readPlanFile(
  { file: path, fileAsked }: Inputs,
  { head }: Checkout,
  { files, workspace, log }: Ports,
): Promise<PlanFile> {
  const read = await readSlipwayFile(path, { files, workspace });
  if (read !== undefined) {
    const { file } = read;
    log.info(`${path}: ${file.environments.map(({ name }) => name).join(', ')}`);
    return { file, notes: [] };
  }
  if (fileAsked) {
    const problem =
      head === undefined
        ? 'is not there, and nothing is checked out: add actions/checkout before this step'
        : 'is not there; the path starts at the root of the repository';
    throw new ConfigurationError([{ input: 'file', value: JSON.stringify(path), problem }]);
  }
  log.info(`${path} is not there: the defaults hold`);
  const blind = `nothing is checked out, so ${path} was not looked for and the defaults hold: add actions/checkout before this step`;
  return { file: defaultFile(), notes: head === undefined ? [blind] : [] };
}

/** The webhook's payload; undefined where there is none. */
export async function readEvent(path: string, { files }: Ports): Promise<unknown> {
  const text = path === '' ? undefined : await files.read(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const fault = {
      input: 'GITHUB_EVENT_PATH',
      value: path,
      problem: 'the runner writes JSON there, and this is none',
    };
    throw new ConfigurationError([fault], { cause });
  }
}
