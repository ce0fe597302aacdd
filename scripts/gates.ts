/** What `npm test` consists of, in order. A gate is a command; jest's count their tests, others count as one. */
import { join } from 'node:path';
import { tools } from '../sandbox/tool-list.ts';

export interface Gate {
  readonly title: string;
  readonly argv: readonly string[];
  /** Milliseconds; far beyond what a cold machine takes, so that nothing hangs for ever. */
  readonly timeout: number;
  /** Jest writes its counts here. */
  readonly counts?: string;
}

const minute = 60_000;
const node = process.execPath;
const bin = (name: string): string => join('node_modules/.bin', name);

const jest = (project: string, folder: string, timeout: number): Gate => {
  const counts = join(folder, `${project}.json`);
  return {
    title: `${project} tests`,
    argv: [node, 'scripts/jest.ts', project, '--json', '--outputFile', counts],
    timeout,
    counts,
  };
};

const checks: readonly Gate[] = [
  { title: 'lint', argv: [bin('oxlint'), '--type-aware', '--deny-warnings'], timeout: 5 * minute },
  { title: 'format', argv: [bin('oxfmt'), '--check', '.'], timeout: 5 * minute },
  { title: 'types', argv: [bin('tsc'), '--noEmit'], timeout: 5 * minute },
  { title: 'dist/ is fresh', argv: [node, 'scripts/check-dist.ts'], timeout: 15 * minute },
];

const workflows: Gate = {
  title: 'workflows',
  argv: [node, 'scripts/lint-workflows.ts'],
  timeout: 15 * minute,
};

const sandbox = (verb: string, timeout: number, ...args: readonly string[]): Gate => ({
  title: `sandbox ${verb}`,
  argv: [node, 'sandbox/cli.ts', verb, ...args],
  timeout,
});

/** `folder` takes jest's counts. */
export const gates = (folder: string) => ({
  unattended: [...checks, jest('unit', folder, 10 * minute), workflows],
  sandboxStatus: sandbox('status', minute),
  /** Before any test is at work: a build beside it would take its time. */
  tools: sandbox('tools', 60 * minute, ...Object.keys(tools)),
  sandboxUp: sandbox('up', 15 * minute),
  partsTests: jest('parts', folder, 60 * minute),
  sandboxTests: jest('sandbox', folder, 60 * minute),
  sandboxDown: sandbox('down', 5 * minute),
});
