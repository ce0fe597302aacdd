import { parseInputs } from '../../../actions/plan-release/inputs.ts';
import type { Ports } from '../../../actions/plan-release/ports.ts';
import { planRelease } from '../../../actions/plan-release/run.ts';
import type { PlanResult } from '../../../actions/plan-release/run.ts';
import type { Commit } from '../../../lib/ports/git.ts';

/** A repository as the runner and git show it, in memory. */
export class Repository {
  env: Record<string, string> = {};
  event: unknown;
  /** Instead of the event's JSON. */
  eventText: string | undefined;
  /** Text of .github/slipway.yml. */
  file: string | undefined;
  /** Instead of the file. */
  unreadable: Error | undefined;
  /** Empty: nothing is checked out. */
  head = '';
  shallow = false;
  tags: readonly string[] = [];
  /** What else is in the clone: name → commit. */
  commits: Record<string, string> = {};
  /** By `from..to`; nothing differs between others. */
  changes: Record<string, readonly string[]> = {};
  /** Tag → digest, of the registry; undefined: there is no such repository. */
  registry: Record<string, string> | undefined = {};
  readonly said: string[] = [];
  /** Heads that the registry was asked for. */
  readonly asked: string[] = [];

  plan(given: Record<string, string> = {}): Promise<PlanResult> {
    const env = { GITHUB_EVENT_PATH: '/event.json', ...this.env };
    return planRelease(parseInputs(given, env), this.#ports());
  }

  #ports(): Ports {
    const say = (line: string): void => void this.said.push(line);
    const known = (name: string): Commit | undefined => {
      const sha = name === 'HEAD' || name === this.head ? this.head : (this.commits[name] ?? '');
      return sha === '' ? undefined : { sha, date: '2026-11-26T00:00:00.000Z' };
    };
    return {
      log: {
        info: say,
        warn: say,
        debug: say,
        group: (_, body) => body(),
        untrusted: () => {},
        mask: () => {},
      },
      files: {
        read: async (path) => {
          if (this.unreadable !== undefined) throw this.unreadable;
          if (path === '/workspace/.github/slipway.yml') return this.file;
          if (path !== '/event.json') return undefined;
          return this.eventText ?? (this.event === undefined ? undefined : JSON.stringify(this.event));
        },
      },
      git: {
        head: async () => known('HEAD'),
        commit: async (name) => known(name),
        isShallow: async () => this.shallow,
        mergeBase: async (one, other) => this.commits[`${one}...${other}`],
        changedFiles: async (from, to) => this.changes[`${from}..${to}`] ?? [],
        tagsIn: async () => this.tags,
      },
      store: {
        tags: async () => (this.registry === undefined ? undefined : Object.keys(this.registry)),
        head: async ({ tag = '' }) => {
          this.asked.push(tag);
          const digest = this.registry?.[tag];
          return digest === undefined
            ? undefined
            : { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 1 };
        },
      },
      workspace: '/workspace',
    };
  }
}
