import type { ImageCommandValues } from '../domain/build/command.ts';

export type { ImageCommandValues };

export interface CommandEnd {
  /** The exit code, or the name of the signal that ended it. */
  readonly exit: number | string;
  /** What it said last, oldest first; it is untrusted. */
  readonly lastLines: readonly string[];
}

export interface ScanEnd extends CommandEnd {
  /** The text of the SARIF report; undefined where the command wrote none. */
  readonly sarif: string | undefined;
}

export interface CommandRun {
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Runs the author's own commands against an image in the registry. ToolError when one cannot be started. */
export interface Scanner {
  /** Whether a program is there to be started: on PATH, or by its path in the workspace. */
  has(program: string): Promise<boolean>;
  verify(
    argv: readonly string[],
    image: Omit<ImageCommandValues, 'sarif'>,
    run?: CommandRun,
  ): Promise<CommandEnd>;
  scan(argv: readonly string[], image: Omit<ImageCommandValues, 'sarif'>, run?: CommandRun): Promise<ScanEnd>;
}
