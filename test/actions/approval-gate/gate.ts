/** A run of acme/shop before or behind its gate, with GitHub's stand-in, which checks every request and answer. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseInputs } from '../../../actions/approval-gate/inputs.ts';
import type { Ports } from '../../../actions/approval-gate/ports.ts';
import { approvalGate } from '../../../actions/approval-gate/run.ts';
import type { GateResult } from '../../../actions/approval-gate/run.ts';
import { connectGitHub } from '../../../lib/adapters/github/connect.ts';
import { reportFiles } from '../../../lib/adapters/reports/files.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { Files } from '../../../lib/ports/files.ts';
import { startGitHub } from '../../../sandbox/github/server.ts';
import type { GitHub } from '../../../sandbox/github/server.ts';
import type { RepositorySeed } from '../../../sandbox/github/seed.ts';

export const digest = `sha256:${'a'.repeat(64)}`;
export const head = 'c'.repeat(40);
export const before = 'b'.repeat(40);
export const image = `image=registry.test/shop:1.4@${digest}`;

export class Gate implements AsyncDisposable {
  readonly github: GitHub;
  readonly #folder: string;
  #env: Readonly<Record<string, string>> = {};
  readonly #clock: () => number;

  private constructor(github: GitHub, folder: string, clock: () => number) {
    this.github = github;
    this.#folder = folder;
    this.#clock = clock;
  }

  static async open(seed: Partial<RepositorySeed> = {}, clock: () => number = Date.now): Promise<Gate> {
    const github = await startGitHub();
    github.plant({ repositories: [{ ...shop(), ...seed }] });
    return new Gate(github, mkdtempSync(join(tmpdir(), 'slipway-gate-')), clock);
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.#folder, path)), { recursive: true });
      await writeFile(join(this.#folder, path), text);
    }
  }

  /** Somebody comments on an issue: the event that starts the second workflow. */
  async comments(login: string, body: string, more: object = {}): Promise<void> {
    const event = { action: 'created', comment: { body, user: { login, type: 'User' } }, ...more };
    await this.write({ 'event.json': JSON.stringify(event) });
    this.#env = { GITHUB_EVENT_PATH: join(this.#folder, 'event.json') };
  }

  /** What the action makes of these inputs; throws as it does. */
  run(
    given: Readonly<Record<string, string>>,
    { attempt = 1, run = '100', token = 'ghs_x' } = {},
  ): Promise<GateResult> {
    return approvalGate(parseInputs(given, this.#env), this.#ports({ attempt, run, token }));
  }

  #ports({ attempt, run, token }: { attempt: number; run: string; token: string }): Ports {
    const clock = { now: this.#clock, sleep: async () => undefined };
    const log = {
      info: quiet,
      warn: quiet,
      debug: quiet,
      group: <T>(_: string, body: () => Promise<T>) => body(),
      untrusted: quiet,
      mask: quiet,
    };
    const actor = {
      repository: 'acme/shop',
      run,
      attempt,
      job: '1',
      actor: 'ada',
      sha: head,
      ref: 'refs/heads/main',
    };
    const { gate, history, issues } = connectGitHub({
      apiUrl: this.github.url,
      serverUrl: 'https://github.com',
      token,
      proxyEnv: {},
      clock: impatient(),
      log,
      actor,
    });
    return {
      gate,
      history,
      issues,
      files: this.#files(),
      reports: reportFiles(),
      workspace: this.#folder,
      clock,
      log,
      actor,
    };
  }

  #files(): Files {
    return {
      writePrivate: () => Promise.reject(new Error('nothing is written')),
      keep: (name, text) => {
        const path = join(this.#folder, `kept-${name}`);
        writeFileSync(path, text);
        return path;
      },
      read: (path) => readFile(path, 'utf8').catch(undefinedWhereMissing),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.github.close();
    rmSync(this.#folder, { recursive: true });
    if (this.github.violations.length > 0)
      throw new Error(`GitHub's description knows no ${JSON.stringify(this.github.violations)}`);
  }
}

/** Waits in no time, and believes that it waited: a budget is used up by retries, not by a slow machine. */
function impatient(): Clock {
  let waited = 0;
  return {
    now: () => Date.now() + waited,
    async sleep(ms) {
      waited += ms;
    },
  };
}

const quiet = (): void => undefined;

function undefinedWhereMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

const said = (record: string, state: string) => `${record} ${state} ${digest.slice(0, 19)}`;

/** Protected as it should be, approved, verified in staging, with a release in production. */
export const shop = (): RepositorySeed => ({
  name: 'acme/shop',
  commits: [
    { sha: before, message: 'First', author: 'ada' },
    {
      sha: 'd'.repeat(40),
      message: 'Cart (#12)',
      author: 'linus',
      files: ['db/migrations/7.sql', 'cart.ts'],
    },
    {
      sha: head,
      message: 'Merge pull request #13 from acme/x\n\nSearch',
      author: 'ada',
      files: ['search.ts'],
    },
  ],
  environments: [
    { name: 'staging' },
    { name: 'production', reviewers: ['grace'], preventSelfReview: true, branches: 'custom' },
  ],
  runs: [
    {
      id: 100,
      actor: 'ada',
      approvals: [{ environments: ['production'], state: 'approved', user: 'grace', comment: 'fine' }],
    },
  ],
  deployments: [
    {
      ref: before,
      sha: before,
      environment: 'production',
      statuses: [
        { state: 'in_progress', description: 'shop-production/shop#41 planned' },
        { state: 'success', description: 'shop-production/shop#41 verified sha256:999999999999' },
      ],
    },
    {
      ref: head,
      sha: head,
      environment: 'staging',
      payload: { images: { 'Deployment/shop/shop': `registry.test/shop@${digest}` } },
      statuses: [{ state: 'success', description: said('shop-staging/shop#9', 'verified') }],
    },
  ],
});
