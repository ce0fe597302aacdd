/** What a job takes as `strategy.matrix`. */
import type { Environment, Settings, Target } from './types.ts';

/** One job of the matrix; the names are those that a workflow reads: `matrix.values-files`. */
export interface MatrixEntry {
  readonly environment: string;
  readonly target: string;
  readonly wave: number;
  readonly namespace: string;
  /** One path per line, as deploy-helm takes them. */
  readonly 'values-files': string;
  readonly url: string;
  readonly settings: Settings;
}

export interface Matrix<Entry> {
  readonly include: readonly Entry[];
}

/** Every target, in the order of the waves: with `max-parallel: 1` one after the other. */
export const matrixOf = (environment: Environment): Matrix<MatrixEntry> => ({
  include: environment.targets.map((target) => entryOf(environment, target)),
});

/** One matrix per wave, for one job per wave. */
export function wavesOf(environment: Environment): Matrix<MatrixEntry>[] {
  const { include } = matrixOf(environment);
  const waves = [...new Set(include.map(({ wave }) => wave))];
  return waves.map((wave) => ({ include: include.filter((entry) => entry.wave === wave) }));
}

const entryOf = (
  environment: Environment,
  { name, wave, namespace, valuesFiles, url, settings }: Target,
): MatrixEntry => ({
  environment: environment.name,
  target: name,
  wave,
  namespace,
  'values-files': valuesFiles.join('\n'),
  url,
  settings,
});
