import { CancelledError, ToolError } from '../../domain/errors.ts';
import type { Exit, RunOptions, Spawn } from '../../ports/process.ts';
import { complaint } from './redact.ts';

/** One helm, its environment, and what to say when it ends badly. */
export interface HelmCommand {
  /** Runs to the end; throws CancelledError when cancelled before it was done, ToolError when it cannot be started. */
  run(argv: readonly string[], options?: RunOptions): Promise<Exit>;
}

const setupHelm = 'install it before this step with Azure/setup-helm';

/** `program` is `helm`, as found on PATH. */
export function helmCommand(
  spawn: Spawn,
  program: string,
  env: Readonly<Record<string, string | undefined>>,
): HelmCommand {
  return {
    async run(argv, options = {}) {
      const exit = await start(() => spawn({ argv: [program, ...argv], env }, options));
      if (exit.cancelled && exit.status !== 0)
        throw new CancelledError(`helm ${argv[0] ?? ''} was cancelled`);
      return exit;
    },
  };
}

async function start(spawn: () => Promise<Exit>): Promise<Exit> {
  try {
    return await spawn();
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const { argv, exit, lastLines } = error;
    throw new ToolError(
      'helm is not on PATH',
      { argv, exit, lastLines, remedy: setupHelm },
      { cause: error },
    );
  }
}

/** What is thrown for an exit that no rule explains. */
export function failed(argv: readonly string[], exit: Exit): ToolError {
  const lines = complaint(exit.stderr).split('\n');
  const why = exit.timedOut ? 'it did not end in time' : (lines[0] ?? '').replace(/^Error: /, '');
  return new ToolError(`helm ${argv[0] ?? ''} failed: ${why === '' ? `exit ${exit.status}` : why}`, {
    argv: ['helm', ...argv],
    exit: exit.status,
    lastLines: lines.slice(-20),
  });
}
