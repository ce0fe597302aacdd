/** The `permissions:` that people paste are those that the steps need. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { idle, jobsIn, missing, needsOf } from './job-permissions.ts';
import type { Job } from './job-permissions.ts';

const root = resolve(import.meta.dirname, '../..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

const examples = globSync('workflows-examples/*.yml', { cwd: root });
const pages = globSync(['README.md', 'actions/*/README.md', 'docs/recipes/*.md'], { cwd: root });

/** A workflow that is called gets no more than the job that calls it. */
const called = (path: string): string => text(`workflows-examples/${basename(path)}`);

const blocksOf = (page: string): string[] =>
  [...text(page).matchAll(/^```yaml\n([\s\S]*?)^```/gm)]
    .map(([, block = '']) => block)
    .filter((block) => block.includes('permissions:')); // others show a part, and not always one that parses

const jobs = examples.flatMap((path) => jobsIn(text(path)).map(([name, job]) => [path, name, job] as const));
const pasted = pages.flatMap((page) =>
  blocksOf(page)
    .flatMap(jobsIn)
    .map(([name, job]) => [page, name, job] as const),
);

test('jobs are found', () => {
  expect(new Set(jobs.map(([path]) => path)).size).toBeGreaterThan(8);
  expect(new Set(pasted.map(([page]) => page)).size).toBeGreaterThan(7);
});

test.each(jobs)('%s, %s: all that the steps need, and nothing beside', (_path, _name, job) => {
  const needs = needsOf(job, called);
  expect({ missing: missing(needs, job.permissions), idle: idle(needs, job.permissions) }).toEqual({
    missing: [],
    idle: [],
  });
});

test.each(pasted)('%s, %s: all that the steps need', (_page, _name, job) => {
  expect(missing(needsOf(job), job.permissions)).toEqual([]);
});

const step = (action: string, given: Record<string, unknown> = {}): Job => ({
  steps: [{ uses: `OWNER/slipway/actions/${action}@0`, with: given }],
});
const ghcr = "- { registry: ghcr.io, username: a, password: '${{ github.token }}' }";

test.each<[string, Job, object]>([
  [
    'a deploy that GitHub is told of',
    step('deploy-helm', { environment: 'x' }),
    { deployments: 'write', actions: 'read' },
  ],
  ['one that it is not', step('deploy-helm'), { actions: 'read' }],
  ['a dry run', step('deploy-helm', { 'dry-run': true, environment: 'x' }), {}],
  ['a smoke test without a record', step('smoke-test'), {}],
  ['with one', step('smoke-test', { record: 'a/b#1' }), { deployments: 'write' }],
  ['a push with the job’s token', step('build-push', { registries: ghcr }), { packages: 'write' }],
  [
    'with a login of its own',
    step('build-push', { registries: ghcr.replace('github.token', 'secrets.X') }),
    {},
  ],
  ['signed without a key', step('build-push', { sign: true }), { 'id-token': 'write' }],
  ['with one', step('build-push', { sign: true, 'sign-key': 'k' }), {}],
  [
    'a promotion that only looks',
    step('promote', { registries: ghcr, 'dry-run': true }),
    { packages: 'read' },
  ],
  ['one that asks', step('promote', { require: 'signature\nverified-in:staging' }), { deployments: 'read' }],
  [
    'the page',
    step('approval-gate', { mode: 'propose' }),
    { contents: 'read', deployments: 'read', actions: 'read' },
  ],
  [
    'the gate',
    step('approval-gate', { mode: 'verify' }),
    { contents: 'read', deployments: 'read', actions: 'read' },
  ],
])('%s', (_what, job, needs) => {
  expect(needsOf(job)).toEqual(needs);
});

test('what is more is enough, and what is too much is said', () => {
  const needs = { contents: 'read', deployments: 'read' } as const;
  expect(missing(needs, { contents: 'read', deployments: 'write' })).toEqual([]);
  expect(idle(needs, { contents: 'read', deployments: 'write' })).toEqual(['deployments: write']);
  expect(missing(needs, { contents: 'read' })).toEqual(['deployments: read']);
});

test('an action that nobody has thought about is no silent yes', () => {
  expect(() => needsOf({ steps: [{ uses: 'acme/unheard-of@0' }] })).toThrow('say in test/project');
});
