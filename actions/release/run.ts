import { CancelledError, messageOf, UnreachableError } from '../../lib/domain/errors.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import { notUndone, planLines } from '../../lib/domain/release/plan.ts';
import type { PlannedPhase } from '../../lib/domain/release/plan.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import { backupDb } from '../backup-db/run.ts';
import { deployHelm } from '../deploy-helm/run.ts';
import type { DeployResult } from '../deploy-helm/run.ts';
import type { Ports as DeployPorts } from '../deploy-helm/ports.ts';
import { smokeTest } from '../smoke-test/run.ts';
import { backUpAndMigrate } from './beforehand.ts';
import { compensate } from './compensate.ts';
import type { Compensated } from './compensate.ts';
import type { Inputs } from './inputs.ts';
import type { Phases } from './phases.ts';
import { planOfPhases } from './plan.ts';
import type { Ports } from './ports.ts';
import { Progress } from './progress.ts';
import { readPhases } from './read-phases.ts';
import type { Made, ReleaseResult } from './result.ts';

/** Backs up, migrates, deploys and proves a release, or takes all of it back in reverse. */
export async function release(inputs: Inputs, ports: Ports): Promise<ReleaseResult> {
  const { clock, log } = ports;
  const startedAt = clock.now();
  const asked = await readPhases(inputs, ports);
  const plan = planOfPhases(asked);
  await log.group('The whole release, and how it would be undone', async () => tell(plan, ports));
  const progress = new Progress(clock);
  const ended = (result: Result, more: Partial<ReleaseResult> = {}): ReleaseResult => ({
    plan,
    undone: [],
    made: progress.made,
    asked,
    record: undefined,
    recordFile: '',
    ...more,
    ...result,
    phases: progress.done,
    startedAt,
    duration: clock.now() - startedAt,
  });

  const deployPorts = await ports.connect.deploy(asked.deploy);
  if (inputs.dryRun) return ended(await planned(asked, deployPorts, progress, ports));

  const deployed = await deploy(asked, deployPorts, progress, ports);
  const id = deployed.done?.record.id;
  // A dry run, or `if-unchanged: skip`: there is no release to prove.
  if (id === undefined) return ended(deployed);
  const proven = deployed.result === 'success' ? await prove(id, asked, progress, ports) : deployed;
  const failed = proven.result === 'failure';
  // It stands, or nobody knows: nothing is for post to undo, even where its record cannot be read any more.
  if (!failed) ports.leave(undefined);
  const record = await recordOf(id, asked, deployPorts);
  const back = failed ? await compensate(record, asked, deployPorts, ports) : { undone: [] };
  // What could not be undone now is for a person.
  ports.leave(undefined);
  const last = failed ? await recordOf(id, asked, deployPorts) : record;
  return ended(outcomeOf(proven, deployed, back), {
    undone: [...undoneByDeploy(deployed), ...back.undone],
    made: { ...progress.made, ...madeBack(back) },
    record: last,
    recordFile: ports.files.keep('record.json', JSON.stringify(last, undefined, 2)),
  });
}

function tell(plan: readonly PlannedPhase[], { log }: Ports): void {
  for (const line of planLines(plan)) log.info(line);
  for (const { name, undone } of notUndone(plan)) log.warn(`the ${name} is not undone: ${undone}`);
}

/** The plans of the phases that can make one without changing anything. */
async function planned(
  { backup, deploy: inputs }: Phases,
  deployPorts: DeployPorts,
  progress: Progress,
  ports: Ports,
): Promise<Result> {
  if (backup !== undefined)
    await progress.phase('backup', 'backup', () => backupDb(backup, ports.connect.backup()));
  await progress.phase('deploy', 'deploy', () => deployHelm(inputs, deployPorts));
  const [failed] = progress.done.filter(({ result }) => result !== 'success');
  return failed === undefined ? { result: 'success', reason: 'dry run: nothing was changed' } : failed;
}

/** Deploys; backup and migration come in the middle of it, once the release has its record and its lock. */
async function deploy(
  asked: Phases,
  deployPorts: DeployPorts,
  progress: Progress,
  ports: Ports,
): Promise<DeployResult> {
  const first = backUpAndMigrate(asked, deployPorts, progress, ports);
  let begun: string | undefined;
  const beforehand: DeployPorts['beforehand'] = async (journal) => {
    begun = journal.record.id;
    ports.leave({ record: begun });
    const stopped = await first(journal);
    if (stopped === undefined) progress.begin('deploy');
    return stopped;
  };
  const done = await deployHelm(asked.deploy, { ...deployPorts, beforehand }).catch((error: unknown) => {
    if (error instanceof UnreachableError && begun !== undefined)
      ports.leave({ record: begun, unknown: true });
    throw error;
  });
  progress.made = { ...progress.made, deploy: done };
  // What stopped before helm is told by its own phase.
  if (begun === undefined || progress.hasBegun('deploy')) progress.end('deploy', done);
  return done;
}

/** Asks the new version. A question that could not be put is no answer. */
async function prove(id: string, { smoke }: Phases, progress: Progress, ports: Ports): Promise<Result> {
  if (smoke === undefined) return { result: 'success', reason: '' };
  try {
    const inputs = smoke(id);
    return await progress.phase('smoke', 'smoke', async () =>
      smokeTest(inputs, await ports.connect.smoke(inputs)),
    );
  } catch (error) {
    if (error instanceof CancelledError || ports.signal.aborted) throw error;
    return { result: 'inconclusive', reason: messageOf(error) };
  }
}

async function recordOf(
  id: string,
  { deploy: { release } }: Phases,
  { records }: DeployPorts,
): Promise<ReleaseRecord> {
  const record = (await records.of(release)).find((each) => each.id === id);
  if (record === undefined) throw new Error(`the record ${id} is gone`);
  return record;
}

/** deploy-helm takes its own part back. */
const undoneByDeploy = ({ done }: DeployResult): ReleaseResult['undone'] => {
  const back = done?.takenBack;
  // What is gone back to later, or stays, the compensation says.
  if (back === undefined || ['nothing to undo', 'not gone back', 'left'].includes(back.kind)) return [];
  const good = back.kind === 'undone' || back.kind === 'uninstalled';
  return [{ what: 'deploy', good, detail: `${back.kind}: ${back.detail}` }];
};

const madeBack = ({ rollback, migrationUndone }: Compensated): Partial<Made> => ({
  ...(rollback === undefined ? {} : { rollback }),
  ...(migrationUndone === undefined ? {} : { migrationUndone }),
});

function outcomeOf(proven: Result, deployed: DeployResult, { undone }: Compensated): Result {
  if (proven.result === 'success')
    return {
      result: 'success',
      reason: proven.reason === '' ? deployed.reason : `${deployed.reason}; ${proven.reason}`,
    };
  if (proven.result !== 'failure')
    return { result: proven.result, reason: `${proven.reason}; nothing was undone` };
  const back = undone.map(({ what, detail }) => `${what}: ${detail}`).join('; ');
  return { result: 'failure', reason: `${proven.reason}${back === '' ? '' : `; ${back}`}` };
}
