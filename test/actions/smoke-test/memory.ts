import { parseInputs } from '../../../actions/smoke-test/inputs.ts';
import type { Ports } from '../../../actions/smoke-test/ports.ts';
import { smokeTest } from '../../../actions/smoke-test/run.ts';
import type { SmokeResult } from '../../../actions/smoke-test/run.ts';
import type { HttpRequest } from '../../../lib/domain/checks/types.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import type { HttpAnswer } from '../../../lib/ports/probes.ts';
import { actor } from '../../domain/record/samples.ts';
import { MemoryRecords } from '../../steps/memory.ts';
import { MemoryDatabase, MemorySchemas } from '../../steps/schemas.ts';

const kubeconfig = JSON.stringify({
  contexts: [{ name: 'prod', context: { cluster: 'prod', user: 'ci' } }],
  clusters: [{ name: 'prod', cluster: { server: 'https://prod.example.com' } }],
  users: [{ name: 'ci', user: { token: 'secret-token' } }],
});

type Reported = Parameters<Ports['github']['report']>;

/** A service that answers as told, and what smoke-test makes of it, in memory. */
export class Service {
  readonly records = new MemoryRecords();
  readonly schemas = new MemorySchemas();
  readonly database = new MemoryDatabase();
  readonly said: string[] = [];
  readonly asked: string[] = [];
  readonly reported: Reported[] = [];
  readonly kept = new Map<string, string>();
  closed = 0;
  /** By path; a version answers `{"version": …}` with 200, a number with that status. */
  answer: (path: string, at: number) => string | number = () => 'v2';
  suite: { status: number; report: string } = { status: 0, report: '' };
  #now = 1_000_000;

  async test(given: Record<string, string>, record?: ReleaseRecord): Promise<SmokeResult> {
    if (record !== undefined) this.records.all.push(record);
    const asked = record === undefined ? given : { record: record.id, kubeconfig, ...given };
    const inputs = parseInputs(asked, {});
    const database = inputs.database === undefined ? {} : { database: this.database };
    return smokeTest(inputs, { ...this.#ports(), ...database });
  }

  #ports(): Ports {
    const say = (line: string): void => void this.said.push(line);
    return {
      clock: {
        now: () => this.#now,
        sleep: async (ms, signal) => {
          // The heartbeat waits for ever; who waits for an attempt moves the time on.
          if (signal !== undefined && ms >= 10_000) return new Promise(() => undefined);
          this.#now += ms;
        },
      },
      log: {
        info: say,
        warn: say,
        debug: say,
        group: (_, body) => body(),
        untrusted: () => {},
        mask: () => {},
      },
      probes: {
        http: async ({ url }: HttpRequest) => this.#answered(new URL(url).pathname),
        tcp: async () => undefined,
        tls: async () => ({ validTo: Infinity }),
        finds: (pattern, text) => pattern.test(text),
      },
      forwards: {
        open: async () => '127.0.0.1:1',
        close: async () => {
          this.closed += 1;
        },
      },
      spawn: async () => ({
        status: this.suite.status,
        stdout: '',
        stderr: '',
        duration: 1,
        cancelled: false,
        timedOut: false,
      }),
      reports: {
        find: async (patterns) =>
          patterns.map((path) => ({ path, text: this.suite.report, modifiedAt: this.#now })),
      },
      records: this.records,
      schemas: this.schemas,
      github: {
        begin: async () => undefined,
        report: async (...reported) => void this.reported.push(reported),
      },
      files: {
        writePrivate: async (name) => name,
        keep: (name, text) => {
          this.kept.set(name, text);
          return name;
        },
        read: async () => undefined,
      },
      workspace: '/work',
      actor,
    };
  }

  #answered(path: string): HttpAnswer {
    this.asked.push(path);
    const said = this.answer(path, this.#now - 1_000_000);
    return {
      status: typeof said === 'number' ? said : 200,
      headers: {},
      body: JSON.stringify({ version: said }),
      truncated: false,
    };
  }
}
