/**
 * What the runner tells a step and nobody below it, unless it is named for one child: the files by which the step speaks
 * to it, and its own token.
 */
const keptFromChildren = [
  'GITHUB_OUTPUT',
  'GITHUB_STATE',
  'GITHUB_STEP_SUMMARY',
  'GITHUB_ENV',
  'GITHUB_PATH',
  'ACTIONS_RUNTIME_TOKEN',
] as const;

/**
 * The environment that a child may see: without our inputs and state (they hold secrets), nor what the runner tells
 * the step alone. ACTIONS_ID_TOKEN_REQUEST_* stays: credential plugins exchange it.
 */
export const childEnvironment = <Value>(env: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(env).filter(
      ([name]) =>
        !name.startsWith('INPUT_') &&
        !name.startsWith('STATE_') &&
        !(keptFromChildren as readonly string[]).includes(name),
    ),
  );
