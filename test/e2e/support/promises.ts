/** What holds for every step, whatever it was asked to do and however it ended. */
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Ended } from '../../support/runner.ts';
import type { StepOrder } from './step.ts';

export interface Job {
  readonly main: Ended;
  readonly post: Ended;
  readonly temp: string;
  readonly order: StepOrder;
}

const resultOf = ({ outputs }: Ended): string => outputs['result'] ?? '(no result)';

/** The promises that this job broke, each as a line; empty when all is well. */
export async function brokenPromises({ main, post, temp, order }: Job): Promise<string[]> {
  const kept = await filesIn(temp);
  const written = new Map([
    ['log', withoutMasks(main.raw)],
    ['log of post', withoutMasks(post.raw)],
    ['log as shown', main.shown + post.shown],
    ['summary', main.summary + post.summary],
    ['command line of helm', existsSync(order.commands) ? await readFile(order.commands, 'utf8') : ''],
    ...(await Promise.all(
      kept.map(async (file) => [relative(temp, file), await readFile(file, 'utf8')] as const),
    )),
  ]);
  const isGreen = ['success', 'skipped'].includes(resultOf(main));
  return [
    ...leaks(written, order.secrets),
    ...(await readableByOthers(ours(kept))),
    ...(await leftFolders(temp)).map((name) => `${name} is left in RUNNER_TEMP after post`),
    ...((main.exit === 0) === isGreen ? [] : [`exit ${main.exit} does not fit ${resultOf(main)}`]),
    ...(Buffer.byteLength(main.summary) <= 64 * 1024 ? [] : ['the summary is longer than 64 KiB']),
  ];
}

/** A mask is set by naming the value: the runner hides that command. */
const withoutMasks = (raw: string): string => raw.replaceAll(/^::add-mask::.*$/gm, '');

function leaks(written: ReadonlyMap<string, string>, secrets: readonly string[]): string[] {
  const forms = secrets.flatMap((secret) => [secret, Buffer.from(secret).toString('base64')]);
  return [...written].flatMap(([where, text]) =>
    forms
      .filter((form) => text.includes(form))
      .map((form) => `${where} holds the secret ${form.slice(0, 20)}…`),
  );
}

const ours = (files: readonly string[]): string[] => files.filter((file) => /\/slipway-[^/]*$/.test(file));

async function readableByOthers(files: readonly string[]): Promise<string[]> {
  const modes = await Promise.all(
    files.map(async (file) => [file, (await stat(file)).mode & 0o777] as const),
  );
  return modes
    .filter(([, mode]) => mode !== 0o600)
    .map(([file, mode]) => `${file} is ${mode.toString(8)}, not 600`);
}

const leftFolders = async (temp: string): Promise<string[]> =>
  (await readdir(temp, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_step-'))
    .map(({ name }) => name);

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
