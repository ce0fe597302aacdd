/** What a run has left that nobody wants: looked for until it is gone, for a while. */
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { openUploads } from './open-uploads.ts';
import { markedProcesses } from './marked.ts';
import type { Stage } from './stage.ts';
import type { Stored } from './stored.ts';

export interface Debris {
  /** `temp`: in RUNNER_TEMP, in TMPDIR; and the folder of a scratch server, also where that is in /tmp. */
  readonly kind: 'upload' | 'object' | 'process' | 'session' | 'temp';
  readonly what: string;
}

const patience: Milliseconds = 5_000;

/** What is there after `patience` still. */
export async function audit(stage: Stage, stored: () => Promise<Stored>): Promise<Debris[]> {
  const deadline = performance.now() + patience;
  for (;;) {
    const found = await look(stage, stored);
    if (found.length === 0 || performance.now() > deadline) return found;
    await sleep(250);
  }
}

async function look(stage: Stage, stored: () => Promise<Stored>): Promise<Debris[]> {
  const { mark, store, database, tmp, runnerTemp } = stage;
  const sessions = `SELECT pid || ' ' || left(query, 60) FROM pg_stat_activity WHERE datname = '${database}'`;
  const lines = (await stage.sql(sessions)).split('\n').filter((line) => line !== '');
  const uploads = stage.terms.destination === 's3' ? await openUploads(store, mark) : [];
  const temp = [
    ...(await namesIn(tmp)),
    ...(await namesIn(runnerTemp)).filter(isStepFolder),
    ...(await thoseThere(stage.scratchFolders.map((name) => join('/tmp', name)))),
  ];
  return [
    ...uploads.map((what) => ({ kind: 'upload', what }) as const),
    ...(await stored()).rest.map((what) => ({ kind: 'object', what }) as const),
    ...markedProcesses(mark).map(({ name: what }) => ({ kind: 'process', what }) as const),
    ...lines.map((what) => ({ kind: 'session', what }) as const),
    ...temp.map((what) => ({ kind: 'temp', what }) as const),
  ];
}

/** What a step keeps there for later ones, as outputs name it, are files. */
const isStepFolder = (name: string): boolean => /^slipway-(backup-db|scratch)-/.test(name);

async function thoseThere(paths: readonly string[]): Promise<string[]> {
  const there = await Promise.all(
    paths.map((path) =>
      access(path)
        .then(() => [path])
        .catch(() => []),
    ),
  );
  return there.flat();
}

const namesIn = (folder: string): Promise<string[]> =>
  folder === '' ? Promise.resolve([]) : readdir(folder).catch(() => []);
