/** From what was shown to a table and the goal. Pure. */
import { markdownTable } from '../table.ts';
import type { Goal } from '../table.ts';
import { formNames, foundIn } from './forms.ts';
import type { FormName } from './forms.ts';
import type { Shown } from './job.ts';
import { places, seedIds } from './seeds.ts';
import type { SeedId } from './seeds.ts';

/** A secret that was shown. */
export interface Hit {
  readonly scene: string;
  readonly seed: SeedId;
  readonly where: string;
  readonly form: FormName;
}

export interface Scene {
  readonly scene: string;
  readonly result: string;
  /** Characters that were looked through, by where they were shown. */
  readonly looked: Readonly<Record<string, number>>;
  readonly hits: readonly Hit[];
}

export const hitsIn = (scene: string, shown: Shown, seeds: Readonly<Record<SeedId, string>>): Hit[] =>
  Object.entries(shown).flatMap(([where, text]) =>
    seedIds.flatMap((seed) => foundIn(text, seeds[seed]).map((form) => ({ scene, seed, where, form }))),
  );

export function tablesOf(scenes: readonly Scene[]): string[] {
  const hits = scenes.flatMap((scene) => scene.hits);
  const bySeed = seedIds.map((seed) => [
    places[seed],
    ...formNames.map((form) => count(hits.filter((hit) => hit.seed === seed && hit.form === form).length)),
  ]);
  const byScene = scenes.map(({ scene, result, looked, hits: found }) => [
    scene,
    result,
    String(Object.values(looked).reduce((sum, length) => sum + length, 0)),
    count(found.length),
  ]);
  const lines = hits.map(({ scene, where, seed, form }) => `- ${scene}: ${where} shows ${seed} (${form})`);
  return [
    markdownTable(['secret; hits', ...formNames], bySeed),
    markdownTable(['step, RUNNER_DEBUG=1', 'result', 'characters shown', 'hits'], byScene),
    ...(lines.length === 0 ? [] : [lines.join('\n')]),
  ];
}

const count = (hits: number): string => (hits === 0 ? '·' : String(hits));

export const goalsOf = (scenes: readonly Scene[]): Goal[] => [
  {
    id: 'secrets/shown',
    measured: scenes.reduce((sum, { hits }) => sum + hits.length, 0),
    bound: 0,
    unit: 'hits',
  },
];
