/** One step of a job with step debugging on, and all of it that anybody could see. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { complete, entryOf } from '../../test/e2e/support/step.ts';
import type { With } from '../../test/e2e/support/step.ts';
import { root } from '../kit/run-tool.ts';
import type { Env } from '../kit/run-tool.ts';
import { openJob } from '../kit/step.ts';

/** Where it was shown → the text. */
export type Shown = Readonly<Record<string, string>>;

export interface Watched {
  readonly result: string;
  readonly reason: string;
  readonly shown: Shown;
  /** Before masking: that something was said at all. */
  readonly raw: string;
}

/** Runs main and post of an action. */
export async function watchedJob(action: string, inputs: With, env: Env): Promise<Watched> {
  await using job = await openJob({ ...env, RUNNER_DEBUG: '1' });
  const entry = entryOf(action);
  const main = await job.start({ entry, cwd: root, inputs: await complete(action, inputs) }).ended;
  const post = await main.post();
  const { result = '', reason = '' } = main.outputs;
  return {
    result,
    reason,
    raw: main.raw + post.raw,
    shown: {
      log: main.shown,
      'log of post': post.shown,
      summary: main.summary + post.summary,
      outputs: Object.entries({ ...main.outputs, ...post.outputs })
        .map((pair) => pair.join('='))
        .join('\n'),
      ...(await keptFiles(job.temp)),
    },
  };
}

/** What lies in RUNNER_TEMP at the end of the job: reports, records, evidence. What the runner itself put there is not shown. */
async function keptFiles(temp: string): Promise<Shown> {
  const entries = await readdir(temp, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !relative(temp, file).startsWith('_step-'));
  const texts = await Promise.all(
    files.map(async (file) => [nameOf(relative(temp, file)), await readFile(file, 'utf8')] as const),
  );
  return Object.fromEntries(texts);
}

/** `slipway-1a2b3c4d-record.json` → `record.json`. */
const nameOf = (file: string): string => file.replace(/^slipway-[0-9a-f]{8}-/, '');
