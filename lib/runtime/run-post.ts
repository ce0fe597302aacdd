import { isGreen } from '../domain/report/result.ts';
import type { Result } from '../domain/report/result.ts';
import { appendTo } from './command-file.ts';
import { read } from './environment.ts';
import { renderError } from './errors.ts';
import { processHost } from './host.ts';
import { openOrTell } from './open-or-tell.ts';
import { endOrphans } from './orphans.ts';
import type { Context } from './step.ts';
import { writeSummary } from './summary.ts';
import { postTempDir } from './tempdir.ts';

/** What post did, if anything. */
export interface PostResult extends Result {
  readonly summary?: string;
}

export interface Post<Ports> {
  readonly name: string;
  /** The same as the action's: the masks of main hold for the log only. */
  readonly secrets?: readonly string[];
  /** Undefined when there was nothing to do: then nothing is said. Without it the step's files and processes go. */
  readonly post?: (ports: Ports) => Promise<PostResult | undefined>;
}

/** Runs what must be undone or tidied after the job, then removes the step's temporary folder in any case. */
export async function runPost<Ports>(
  { name, secrets, post = async () => undefined }: Post<Ports>,
  wire: (context: Context) => Ports | Promise<Ports>,
  host = processHost(),
): Promise<void> {
  const step = await openOrTell({ name, ...(secrets === undefined ? {} : { secrets }) }, host, postTempDir);
  if (step === undefined) return;
  const { context, cancellation, crash, masks } = step;
  const { log } = context;
  let red = false;
  try {
    const work = async (): Promise<PostResult | undefined> => {
      const ended = await endOrphans(context.temp.path, context.clock);
      if (ended > 0) log.info(`${name} post: main had left ${ended} processes at work; they are ended`);
      return post(await wire(context));
    };
    const result = await Promise.race([work(), cancellation.lastCall, crash]);
    if (result !== undefined) {
      red = !isGreen(result.result);
      log.annotate(red ? 'error' : 'notice', `${name} post: ${result.reason}`);
      writeSummary(context.env, result.summary ?? '', masks, log);
    }
  } catch (error) {
    red = true;
    const { text, trace } = renderError(`${name} post`, error);
    log.untrusted(trace);
    log.annotate('error', text, `${name} post`);
  } finally {
    context.temp.remove();
  }
  await host.exit(red ? 1 : 0);
}

const flag = 'isPost';

/**
 * Main and post share one bundle: who finds the flag is post. dist/<name>/post.js sets it by itself; run from its
 * sources, post knows it from main, which leaves it in the state.
 */
export function mainOrPost(
  main: () => Promise<void>,
  post: () => Promise<void>,
  { env }: { env: Readonly<Record<string, string | undefined>> } = processHost(),
): Promise<void> {
  if (env[`STATE_${flag}`] === 'true') return post();
  try {
    appendTo(read(env, 'GITHUB_STATE'), flag, 'true');
  } catch {
    // a full disk: main writes to the same file next, and tells it
  }
  return main();
}
