/**
 * What an emulated runner would show of 20 secrets, with step debugging on: the log after masking, the summary, the
 * report, the outputs and every file that is left for upload; raw, base64 at any offset, URL- and JSON-escaped. Others
 * say them aloud as they might in earnest: the app, a hook, the API, the registry, the chart repository, GitHub, the
 * service that is tested. Needs the sandbox and dist/.
 */
import { parseArgs } from 'node:util';
import { orAborted } from './kit/or-aborted.ts';
import { goalsOf, hitsIn, tablesOf } from './secrets/figures.ts';
import type { Scene } from './secrets/figures.ts';
import { plays } from './secrets/scenes.ts';
import type { Play } from './secrets/scenes.ts';
import { openSetting } from './secrets/setting.ts';
import type { Setting } from './secrets/setting.ts';
import type { Benchmark } from './table.ts';

const usage = `npm run bench -- secrets [--seed 5] [--only <word of a scene>]
  one scene: to see that it works, not to quote; results/ is left alone`;

export async function run(args: readonly string[], signal: AbortSignal): Promise<Benchmark> {
  const { seed, chosen } = optionsOf(args);
  await using setting = await openSetting(seed);
  const scenes: Scene[] = [];
  for (const play of chosen) {
    const scene = await orAborted(sceneOf(play, setting), signal);
    scenes.push(scene);
    console.error(`${scene.scene}: ${scene.result}, ${scene.hits.length} hits`);
  }
  return {
    tables: tablesOf(scenes),
    goals: goalsOf(scenes),
    rounds: { seed, scenes },
    draft: chosen.length < plays.length,
  };
}

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: 'string', default: '5' }, only: { type: 'string', default: '' } },
  });
  const chosen = plays.filter(({ scene }) => scene.includes(values.only));
  const seed = Number(values.seed);
  if (!Number.isInteger(seed) || chosen.length === 0) throw new Error(usage);
  return { seed, chosen };
}

/** Throws where nobody said what the scene is about: then nothing was proven. */
async function sceneOf({ scene, play, proof }: Play, setting: Setting): Promise<Scene> {
  const watched = await play(setting);
  const { result, reason, shown, raw } = watched;
  if (!proof(watched, setting)) throw new Error(`${scene}: it did not come to that: ${reason}\n${raw}`);
  const looked = Object.fromEntries(Object.entries(shown).map(([where, text]) => [where, text.length]));
  return { scene, result, looked, hits: hitsIn(scene, shown, setting.seeds) };
}
