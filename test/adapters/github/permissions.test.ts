import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connectGitHub } from '../../../lib/adapters/github/connect.ts';
import type { GitHubPorts } from '../../../lib/adapters/github/connect.ts';
import { permissionFor, permitted } from '../../../lib/adapters/github/permissions.ts';
import { refusalOf } from '../../../lib/adapters/github/refusal.ts';
import { operations, organizationOperations } from '../../../sandbox/github/operations.ts';
import { startGitHub } from '../../../sandbox/github/server.ts';
import type { GitHub } from '../../../sandbox/github/server.ts';

const root = resolve(import.meta.dirname, '../../..');
const sha = 'a'.repeat(40);
const names = permitted.map(({ operation }) => operation);

let github: GitHub;
beforeEach(async () => {
  github = await startGitHub();
  github.plant({ teams: [{ org: 'octo', slug: 'releasers', members: ['ada'] }] });
});
afterEach(async () => {
  expect(github.violations).toEqual([]);
  await github.close();
});

function ports(): GitHubPorts {
  const silent = () => undefined;
  return connectGitHub({
    apiUrl: github.url,
    serverUrl: 'https://github.com',
    token: 'ghs_x',
    proxyEnv: {},
    clock: { now: () => Date.now(), sleep: async () => undefined },
    actor: { repository: 'octo/shop', run: '77', attempt: 1, job: '4711', actor: 'ada', sha, ref: '' },
    log: {
      info: silent,
      warn: silent,
      debug: silent,
      group: (_, body) => body(),
      untrusted: silent,
      mask: silent,
    },
  });
}

type Errands = {
  [Port in keyof GitHubPorts]: {
    [Method in keyof GitHubPorts[Port]]: (port: GitHubPorts[Port]) => Promise<unknown>;
  };
};

const plan = { environment: 'staging', task: 'deploy', payload: {}, description: 'shop 1.2' } as const;
const job = { repository: 'octo/shop', run: '77', attempt: 1 };

/** Each method of each port. One that is added does not compile without its line here. */
const errands: Errands = {
  deployments: {
    begin: (port) => port.begin(plan),
    report: (port) => port.report(1, 'success', { description: 'done', environment: 'staging' }),
  },
  jobs: {
    finished: (port) =>
      Promise.all([port.finished({ ...job, job: '4711' }), port.finished({ ...job, job: 'ship' })]),
  },
  history: {
    async deploymentsIn(port) {
      for await (const { id } of port.deploymentsIn('staging')) expect(id).toBeGreaterThan(0);
    },
  },
  gate: {
    environment: (port) => port.environment('staging'),
    approvals: (port) => port.approvals('staging'),
    initiators: (port) => port.initiators({ run: '77', attempt: 1 }),
    changes: (port) => port.changes(sha, 'b'.repeat(40)),
    file: (port) => port.file('.github/slipway.yml'),
    memberOf: (port) => port.memberOf('octo/releasers', 'ada'),
    uploads: (port) => port.uploads('proposal-staging'),
  },
  issues: {
    open: (port) => port.open({ title: 'Release', body: 'of the shop', labels: [] }),
    get: (port) => port.get(1),
    labelled: (port) => port.labelled('slipway-approval'),
    comment: (port) => port.comment(1, 'approved'),
    close: (port) => port.close(1, 'completed'),
    permissionOf: (port) => port.permissionOf('ada'),
  },
};

test('what the suite asks of GitHub is what the list says that it asks', async () => {
  const connected = ports();
  for (const [name, methods] of Object.entries(errands)) {
    const port = connected[name as keyof GitHubPorts];
    for (const errand of Object.values(methods) as ((of: unknown) => Promise<unknown>)[])
      await errand(port).catch(() => undefined); // refused or not: it was asked
  }

  const asked = new Set(github.recorded.map(({ operation }) => operation));
  expect(asked).toEqual(new Set(names));
  for (const { method, path, operation } of github.recorded)
    expect({ operation, needs: permissionFor(method, path) }).toEqual({
      operation,
      needs: permitted.find((one) => one.operation === operation)?.needs,
    });
});

test('each is an operation that GitHub publishes and the stand-in plays', () => {
  expect(Object.keys({ ...operations, ...organizationOperations })).toEqual(expect.arrayContaining(names));
});

test('docs/github.md lists each with the same permission, and no other', () => {
  const [page = ''] = readFileSync(resolve(root, 'docs/github.md'), 'utf8').split('## What a job needs');
  const rows = [...page.matchAll(/^\| `([\w-]+\/[\w-]+)` \|.*?\| `([\w-]+: (?:read|write))`/gm)];
  const told = Object.fromEntries(rows.map(([, operation = '', needs]) => [operation, needs]));
  expect(told).toEqual(Object.fromEntries(permitted.map(({ operation, needs }) => [operation, needs])));
});

test.each([
  [{}, undefined, 'deployments: read'],
  [{ 'x-accepted-github-permissions': 'deployments=read' }, undefined, 'deployments: read'],
  [{ 'x-accepted-github-permissions': 'deployments=read' }, 'deployments: write', 'deployments: write'],
])('a refusal names the permission: headers %j, for an errand that needs %s', (headers, needs, named) => {
  const answer = { status: 403, headers, body: { message: 'Resource not accessible by integration' } };
  expect(refusalOf('GET', '/repos/octo/shop/deployments?sha=a', answer, needs).message).toBe(
    `403 Resource not accessible by integration (GET /repos/octo/shop/deployments); the job needs permissions: ${named}`,
  );
});

test('of a request that is not in the list nothing is made up', () => {
  expect(permissionFor('DELETE', '/repos/octo/shop')).toBeUndefined();
  expect(refusalOf('DELETE', '/repos/octo/shop', { status: 403, headers: {}, body: {} }).message).toBe(
    '403 no reason given (DELETE /repos/octo/shop)',
  );
});
