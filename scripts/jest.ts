/** Runs one jest project on the pinned Node with ES modules on: `node scripts/jest.ts unit [jest arguments]`. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const [project = 'unit', ...rest] = process.argv.slice(2);
const jest = join(dirname(createRequire(import.meta.url).resolve('jest/package.json')), 'bin/jest.js');
// What a failed test leaves open must not hold the run until it is killed: its results would count for nothing.
const overRealParts =
  project === 'unit' ? [] : ['--runInBand', '--forceExit', '--testTimeout=120000', '--maxConcurrency=7'];

const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    ...rest,
    ...overRealParts,
    // Last: it takes every word that follows it.
    '--selectProjects',
    project,
  ],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
