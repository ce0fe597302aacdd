import { delimiter, join, resolve } from 'node:path';
import { commandEnvironment, filledIn } from '../../domain/build/command.ts';
import { CancelledError } from '../../domain/errors.ts';
import type { Files } from '../../ports/files.ts';
import type { Spawn } from '../../ports/process.ts';
import type { CommandEnd, CommandRun, ImageCommandValues, Scanner } from '../../ports/scanner.ts';
import { isProgram } from '../buildx/locate.ts';

export interface ScannerOptions {
  readonly spawn: Spawn;
  readonly files: Pick<Files, 'read'>;
  /** This step's own folder: reports are written here. */
  readonly folder: string;
  readonly workspace: string;
  /** PATH. */
  readonly path: string;
  /** The private docker configuration, so that the command may pull what it looks at. */
  readonly dockerConfig: string;
}

/** Of what it prints, the end is kept as evidence; all of it is in the log. */
const linesKept = 20;

/** The Scanner port: the author's command as a process, in the workspace. */
export function commandScanner({
  spawn,
  files,
  folder,
  workspace,
  path,
  dockerConfig,
}: ScannerOptions): Scanner {
  const run = async (
    argv: readonly string[],
    values: ImageCommandValues,
    { onLine, signal }: CommandRun = {},
  ): Promise<CommandEnd> => {
    const lastLines: string[] = [];
    const exit = await spawn(
      {
        argv: filledIn(argv, values),
        cwd: workspace,
        env: { ...commandEnvironment(values), DOCKER_CONFIG: dockerConfig },
      },
      {
        keepOutput: false,
        onLine: (line) => {
          lastLines.push(line);
          if (lastLines.length > linesKept) lastLines.shift();
          onLine?.(line);
        },
        ...(signal === undefined ? {} : { signal }),
      },
    );
    if (exit.cancelled) throw new CancelledError(`${argv[0] ?? 'the command'} was cancelled`);
    return { exit: exit.status, lastLines };
  };

  let scans = 0;
  return {
    async has(program) {
      const places = program.includes('/')
        ? [resolve(workspace, program)]
        : path.split(delimiter).map((folder) => join(resolve(workspace, folder), program));
      return (await Promise.all(places.map(isProgram))).includes(true);
    },
    verify: (argv, image, options) => run(argv, { ...image, sarif: '' }, options),
    async scan(argv, image, options) {
      scans += 1;
      const sarif = join(folder, `scan-${scans}.sarif`);
      const end = await run(argv, { ...image, sarif }, options);
      const text = await files.read(sarif);
      return { ...end, sarif: text === undefined || text.trim() === '' ? undefined : text };
    },
  };
}
