/** How a backup is run: by the action, as a job has it, or by a line of shell, as teams have it. */
import { spawn } from 'node:child_process';
import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { mountSmall } from '../../sandbox/small-disk.ts';
import { complete } from '../../test/e2e/support/step.ts';
import { startJob } from '../../test/support/runner.ts';
import type { Job, Running } from '../../test/support/runner.ts';
import { root } from '../kit/run-tool.ts';
import type { Env } from '../kit/run-tool.ts';
import type { Blow, WayId } from './case.ts';
import { killMarked, markName, scratchFoldersOf } from './marked.ts';
import type { Stage } from './stage.ts';
import { storedByShell, storedByUs } from './stored.ts';
import type { Stored } from './stored.ts';

export interface Ended {
  /** An exit code, or the name of a signal; `hung` when it had to be ended. */
  readonly exit: number | string;
  /** What it said last. */
  readonly said: string;
  readonly seconds: number;
}

/** A way, set up on a stage: the run that the fault meets, and the one after it. */
export interface Player extends AsyncDisposable {
  /** Runs to the end, or to the limit. `isFirst`: the blow that the stage may order falls upon it. */
  play(isFirst: boolean): Promise<Ended>;
  stored(): Promise<Stored>;
}

/** Ours is told to be done in this time: what is silent ends by it. */
export const timeout: Milliseconds = 40_000;
/** What has not ended by then would have gone on for GitHub's six hours. */
const limit: Milliseconds = 75_000;

export const openPlayer = (way: WayId, stage: Stage): Promise<Player> =>
  way === 'ours' ? openOurs(stage) : Promise.resolve(shellOf(way, stage));

async function openOurs(stage: Stage): Promise<Player> {
  const { bin, mark, terms, tmp, store, out, base } = stage;
  const stack = new AsyncDisposableStack();
  const job: Job = stack.use(await startJob({}));
  // As on a runner: a server of another account can work in it, and what it leaves is known to be of this run.
  await chmod(job.temp, terms.closedTemp === true ? 0o700 : 0o755);
  stage.runnerTemp = job.temp;
  if (terms.tempMegabytes !== undefined) stack.use(await mountSmall(job.temp, terms.tempMegabytes));
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, TMPDIR: tmp, [markName]: mark };
  const inputs = await complete('backup-db', inputsOf(stage));
  const place = terms.destination === 's3' ? store.fileOf(mark) : out;
  return {
    async play(isFirst) {
      const running = job.start({ entry: base.entry, cwd: root, env, inputs });
      let isMachineGone = false;
      if (isFirst)
        stage.blow = (blow) => {
          isMachineGone = blow === 'kill-tree';
          stage.scratchFolders = scratchFoldersOf(mark);
          strike(running, blow);
        };
      const ended = running.ended.then(async (step) => {
        if (isMachineGone) await emptied(job.temp);
        else await step.post();
        return { exit: step.exit, said: lastOf(step.raw) };
      });
      return within(ended, mark);
    },
    stored: () => storedByUs(place, base.identity),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function strike(running: Running, blow: Blow): void {
  if (blow === 'cancel') void running.cancel();
  else if (blow === 'kill-tree') void running.killTree();
  else process.kill(running.pid, blow === 'term' ? 'SIGTERM' : 'SIGKILL');
}

/** What the runner does to RUNNER_TEMP before its next job (TempDirectoryManager.cs); a hosted one is a new machine. */
async function emptied(temp: string): Promise<void> {
  for (const name of await readdir(temp)) await rm(join(temp, name), { recursive: true, force: true });
}

function inputsOf({ terms, database, wire, mark, store, proxy, out, base }: Stage): Env {
  const password = terms.password ?? base.postgres.password;
  const source =
    terms.channel === 'direct'
      ? { url: `postgresql://${terms.user}@127.0.0.1:${wire.port}/${database}?sslmode=disable` }
      : { docker: 'db', database, user: terms.user };
  const destination =
    terms.destination === 'file'
      ? { destination: `file:${out}` }
      : {
          destination: `s3://${store.bucket}/${mark}`,
          endpoint: proxy.url,
          region: store.region,
          'access-key-id': store.accessKeyId,
          'secret-access-key': store.secretAccessKey,
        };
  return {
    engine: 'postgresql',
    ...source,
    password,
    ...destination,
    recipients: base.recipient,
    timeout: `${timeout / 1_000}s`,
    ...terms.inputs,
  };
}

const fileName = 'backup.sql.gz';

function shellOf(way: 'shell' | 'pipefail', stage: Stage): Player {
  const { terms, mark, store, out } = stage;
  const line = lineOf(stage);
  const script = way === 'shell' ? `set -e\n${line}` : `set -euo pipefail\n${line}`;
  return {
    async play(isFirst) {
      const child = spawn('bash', ['-c', script], {
        cwd: out,
        env: shellEnv(stage),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (said += text));
      const over = new AbortController();
      child.once('exit', () => over.abort());
      if (isFirst) stage.blow = (blow) => strikeShell({ pid: child.pid ?? 0, mark, over: over.signal }, blow);
      const ended = new Promise<Pick<Ended, 'exit' | 'said'>>((resolve) =>
        child.once('exit', (code, signal) =>
          resolve({ exit: code ?? signal ?? 'unknown', said: lastOf(said) }),
        ),
      );
      return within(ended, mark);
    },
    stored: () => storedByShell(terms.destination === 's3' ? store.fileOf(mark) : out, fileName),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function lineOf({ terms, store, mark, proxy }: Stage): string {
  const dump = terms.channel === 'direct' ? 'pg_dump' : 'docker exec -i db pg_dump';
  const object = `s3://${store.bucket}/${mark}/${fileName}`;
  return terms.destination === 'file'
    ? `${dump} | gzip > ${fileName}`
    : `${dump} | gzip | aws --endpoint-url ${proxy.url} s3 cp --no-progress - ${object}`;
}

const shellEnv = (stage: Stage): Record<string, string> => ({
  PATH: `${stage.bin}:${process.env['PATH'] ?? ''}`,
  HOME: process.env['HOME'] ?? '',
  TMPDIR: stage.tmp,
  [markName]: stage.mark,
  ...stage.libpq,
  AWS_ACCESS_KEY_ID: stage.store.accessKeyId,
  AWS_SECRET_ACCESS_KEY: stage.store.secretAccessKey,
  AWS_DEFAULT_REGION: stage.store.region,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  // Newer ones send checksums in a form of which not every store has heard.
  AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required',
});

interface Shell {
  readonly pid: number;
  readonly mark: string;
  /** Aborts when it has ended. */
  readonly over: AbortSignal;
}

/** As the runner does it to a step that is a shell. */
function strikeShell({ pid, mark, over }: Shell, blow: Blow): void {
  if (blow === 'kill-tree') return killMarked(mark);
  const signals = { cancel: 'SIGINT', term: 'SIGTERM', kill: 'SIGKILL' } as const;
  process.kill(pid, signals[blow]);
  if (blow !== 'cancel') return;
  const later = (wait: Milliseconds, act: () => void): void =>
    void sleep(wait, undefined, { signal: over }).then(act, () => undefined);
  later(7_500, () => process.kill(pid, 'SIGTERM'));
  later(10_000, () => killMarked(mark));
}

async function within(run: Promise<Pick<Ended, 'exit' | 'said'>>, mark: string): Promise<Ended> {
  const startedAt = performance.now();
  const late = new AbortController();
  const hung = sleep(limit, undefined, { signal: late.signal }).then(
    () => ({ exit: 'hung', said: '' }),
    () => run,
  );
  const ended = await Promise.race([run, hung]);
  late.abort();
  const seconds = Number(((performance.now() - startedAt) / 1_000).toFixed(1));
  if (ended.exit === 'hung') {
    killMarked(mark);
    await run;
  }
  return { ...ended, seconds };
}

/** The last lines, long enough to know why; where this repository lies is nobody's business. */
const lastOf = (said: string): string =>
  said.replaceAll(`${root}/`, '').trim().split('\n').slice(-6).join('\n').slice(-1_500);
