/** One case for one way: the run that the fault meets, what it left, and the run after it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { audit } from './audit.ts';
import type { Base } from './base.ts';
import type { Case, Terms, WayId } from './case.ts';
import { timeout, openPlayer } from './runs.ts';
import type { Player } from './runs.ts';
import { leavesFalse, outcomeOf } from './score.ts';
import type { Round } from './score.ts';
import { Stage } from './stage.ts';

export interface Task {
  readonly case: Case;
  readonly way: WayId;
}

const usual: Terms = {
  destination: 's3',
  channel: 'direct',
  user: 'postgres',
  password: undefined,
  database: 'full',
  oldTool: false,
  lossyCompressor: false,
  inputs: {},
};

/** How long after its longest run what a killed one left is swept: lib/steps/backup/sweep.ts. */
const sweptAfter = timeout + 62_000;
/** And a scratch server's folder: its lifetime is actions/backup-db/wire.ts's. */
const scratchSweptAfter = timeout + 302_000;

export async function playRound({ case: fault, way }: Task, base: Base): Promise<Round> {
  await using stage = await Stage.open(base, { ...usual, ...fault.terms });
  await using player = await openPlayer(way, stage);
  await fault.arm?.(stage);
  const ended = await player.play(true);
  if (way !== 'ours' && ended.exit === 0) await fault.whenDone?.(stage);
  const seen = await player.stored();
  await stage.calm();
  const killed = ended.exit === 'SIGKILL' || ended.exit === 'hung';
  const left = killed ? [] : await audit(stage, () => player.stored());
  const wait = fault.terms?.closedTemp === true ? scratchSweptAfter : sweptAfter;
  const next = await nextRun(player, stage, killed ? wait : 0, way);
  const debris = killed ? await audit(stage, () => player.stored()) : left;
  const nextIsClean = next.exit === 0 && next.isWhole;
  return {
    case: fault.id,
    group: fault.group,
    way,
    outcome: outcomeOf(fault, ended, seen),
    ...ended,
    leftFalse: leavesFalse(ended, seen),
    debris,
    nextIsClean,
    ...(nextIsClean ? {} : { nextSaid: `exit ${next.exit}: ${next.said}` }),
  };
}

async function nextRun(player: Player, stage: Stage, wait: number, way: WayId) {
  const { terms } = stage;
  // What was asked wrongly, or cannot fit, does not come right by itself.
  const isSame = terms.password !== undefined || terms.database === 'empty' || isSmall(terms);
  if (isSame) return { exit: 0, isWhole: true, said: '' };
  if (way === 'ours') await sleep(wait);
  const ended = await player.play(false);
  const { isWhole } = await player.stored();
  return { ...ended, isWhole };
}

const isSmall = ({ destinationMegabytes, tempMegabytes }: Terms): boolean =>
  (destinationMegabytes ?? tempMegabytes) !== undefined;
