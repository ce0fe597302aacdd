/** A program whose standard input is its leash: it ends when that ends, and so when this process does, however. */
import type { Milliseconds } from '../../domain/duration.ts';
import { ToolError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SpawnStream, StreamCommand, StreamExit } from '../../ports/process.ts';
import { eachLine } from './lines.ts';

export interface Leashed {
  /** Resolves when a line says that it answers; rejects as `death` says when it ends before. */
  readonly ready: Promise<void>;
  /** How it ended by itself; undefined while it lives, and when it was let go. */
  readonly death: () => ToolError | undefined;
  /** All lines that began so, without that beginning. */
  readonly said: (beginning: string) => string | undefined;
  /** Lets go of the leash, waits, and ends it by force when it lingers. False when force was needed. Never rejects. */
  readonly release: () => Promise<boolean>;
}

const keptLines = 20;
/** Removing a large database takes a while; a cancelled step has 7.5 s. */
const patience: Milliseconds = 5_000;

export async function startLeashed(
  command: Pick<StreamCommand, 'argv' | 'env'>,
  ready: RegExp,
  { stream, clock }: { readonly stream: SpawnStream; readonly clock: Clock },
): Promise<Leashed> {
  const lines: string[] = [];
  let [letGo, dead]: [boolean, ToolError | undefined] = [false, undefined];
  let answer: () => void = () => undefined;
  let fail: (error: ToolError) => void = () => undefined;
  const answered = new Promise<void>((resolve, reject) => ([answer, fail] = [resolve, reject]));
  answered.catch(() => undefined); // it may die when nobody waits any more

  const notes: string[] = [];
  const onLine = (line: string): void => {
    if (line.startsWith('slipway-')) return void notes.push(line);
    if (line.trim() !== '') lines.push(line);
    if (lines.length > keptLines) lines.shift();
    if (ready.test(line)) answer();
  };
  let release: () => void = () => undefined;
  const leash = new Promise<void>((resolve) => (release = resolve));
  const child = await stream({ ...command, input: nothingUntil(leash) }, { onLine });
  const reading = (async () => {
    for await (const line of eachLine(child.stdout)) onLine(line);
  })().catch(() => undefined); // how it ended is told by its exit
  const ended = child.exit.then(async (exit) => {
    await reading;
    if (!letGo) fail((dead = deathOf(command.argv, exit, lines)));
  });

  return {
    ready: answered,
    death: () => dead,
    said: (beginning) => notes.find((note) => note.startsWith(beginning))?.slice(beginning.length),
    async release() {
      letGo = true;
      release();
      const late = new AbortController();
      const slow = clock.sleep(patience, late.signal).then(
        () => true,
        () => false,
      );
      const lingers = await Promise.race([slow, ended.then(() => false)]);
      late.abort();
      if (lingers) await child.stop();
      return !lingers;
    },
  };
}

async function* nothingUntil(end: Promise<void>): AsyncGenerator<Uint8Array> {
  await end;
  yield* [];
}

function deathOf(argv: readonly string[], { status }: StreamExit, lines: readonly string[]): ToolError {
  const why = lines.at(-1) ?? `exit ${status}`;
  return new ToolError(`the scratch server ended: ${why}`, { argv, exit: status, lastLines: [...lines] });
}
