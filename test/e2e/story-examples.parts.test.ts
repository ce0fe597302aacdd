import { expect, test } from '@jest/globals';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { load } from 'js-yaml';
import { actionFileOf } from '../../scripts/action-file.ts';
import { workTree } from '../../sandbox/act/published.ts';

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, string>>;
}

interface Job {
  readonly 'timeout-minutes'?: number;
  readonly permissions?: unknown;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly uses?: string;
  readonly steps: readonly Step[];
}

interface Contract {
  readonly inputs: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

const examples = globSync('workflows-examples/*.yml', { cwd: workTree }).map(
  (path) => [basename(path), readFileSync(join(workTree, path), 'utf8')] as const,
);

/** Of the actions of ours that a step uses; undefined for those of others. */
function contractOf({ uses = '' }: Step): Contract | undefined {
  const [ours, name = 'release'] = /^OWNER\/slipway(?:\/actions\/([\w-]+))?@0{40}$/.exec(uses) ?? [];
  if (ours === undefined) return undefined;
  const path = join(workTree, actionFileOf(name));
  if (!existsSync(path)) throw new Error(`an example uses ${name}, which is not there`);
  return load(readFileSync(path, 'utf8')) as Contract;
}

/** Those with steps: what a job that calls another workflow gives it is held against that one by actionlint. */
const jobsOf = (text: string): Job[] =>
  Object.values((load(text) as { jobs: Record<string, Job> }).jobs).filter(({ uses }) => uses === undefined);

/** GitHub only warns of a `with:` that an action does not have, and an output that does not exist is just empty. */
test.each(examples)('%s: inputs and outputs are those of the actions', (_name, text) => {
  const read = new Set<string>();
  for (const job of jobsOf(text)) {
    const { steps } = job;
    const contracts = new Map(steps.map((step) => [step.id, contractOf(step)]));
    for (const step of steps) {
      const { inputs } = contractOf(step) ?? {};
      if (inputs === undefined) continue;
      const given = Object.keys(step.with ?? {});
      const required = Object.keys(inputs).filter((input) => inputs[input]?.required);
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(given));
      expect(given).toEqual(expect.arrayContaining(required));
    }
    for (const [what, id, output] of JSON.stringify(job).matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
      read.add(what);
      // What a step of the workflow's own says is no contract.
      if (steps.some((step) => step.id === id && step.run !== undefined)) continue;
      expect(Object.keys(contracts.get(id)?.outputs ?? {})).toContain(output);
    }
  }
  expect(read.size > 0 || jobsOf(text).length === 0).toBe(true);
});

test.each(examples)('%s: not knowing undoes nothing', (_name, text) => {
  expect(jobsOf(text).flatMap(({ steps }) => steps.map((step) => step.if ?? ''))).not.toContainEqual(
    expect.stringContaining('failure()'),
  );
});

test.each(examples)('%s: nothing is allowed but by the job, and every job ends', (_name, text) => {
  expect(load(text)).toMatchObject({ permissions: {} });
  for (const job of jobsOf(text)) expect(job['timeout-minutes']).toBeGreaterThan(0);
});
