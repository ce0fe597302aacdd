import type { Cancellable } from '../../ports/database.ts';
import type { ToolRun } from '../database-place/tools.ts';
import { signalled } from '../database-place/reading.ts';
import { endLeftBehind, runMark } from './left-behind.ts';
import type { Server } from './server.ts';

export interface RunInTurn {
  /** Of all of them, one after the other; each of them must end well before the next is started. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Ends the one that runs, here and there; no other is started. Never rejects. */
  stop(): Promise<void>;
}

/** Starts the first now, each other when the one before it has ended. */
export async function startInTurn(
  server: Server,
  argvs: readonly (readonly string[])[],
  options: Cancellable,
): Promise<RunInTurn> {
  const mark = runMark();
  const start = (argv: readonly string[]): Promise<ToolRun> =>
    server.start(argv, { accounted: 'output', mark, ...signalled(options) });
  const [first = [], ...others] = argvs;
  let run = await start(first);
  let stopped = false;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield* run.output.bytes;
    for (const argv of others) {
      if (stopped) return;
      run = await start(argv);
      yield* run.output.bytes;
    }
  }
  return {
    bytes: bytes(),
    async stop() {
      stopped = true;
      await endLeftBehind(server, mark, await run.stop());
    },
  };
}
