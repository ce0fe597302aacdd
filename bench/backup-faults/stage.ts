/** Where one run of a case is played: a database, ways to it and to the store that fail on demand, folders of its own. */
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { patternOf } from '../../sandbox/fault-proxy/faults.ts';
import type { FaultOrder } from '../../sandbox/fault-proxy/faults.ts';
import type { FaultProxy } from '../../sandbox/fault-proxy/proxy.ts';
import { fillDisk, mountSmall } from '../../sandbox/small-disk.ts';
import { startStorageProxy } from '../../sandbox/storage/storage-proxy.ts';
import { startVersitygw } from '../../sandbox/storage/versitygw.ts';
import type { Versitygw } from '../../sandbox/storage/versitygw.ts';
import { full } from './base.ts';
import type { Base } from './base.ts';
import type { Blow, Connection, Strikes, Terms } from './case.ts';
import { putChannel } from './channel.ts';
import { killMarked } from './marked.ts';
import { flipNewest } from './stored.ts';
import { Wire } from './wire.ts';

/** Long enough for a strike to come in between. */
const held = 3_000;

export class Stage implements Strikes, AsyncDisposable {
  readonly base: Base;
  readonly terms: Terms;
  /** In the environment of every process of the run, and what its keys begin with. */
  readonly mark = randomUUID().slice(0, 8);
  readonly database = `run_${this.mark}`;
  /** First on PATH. */
  readonly bin: string;
  /** Where `file` destinations lie, and TMPDIR. */
  readonly out: string;
  readonly tmp: string;
  readonly wire: Wire;
  readonly store: Versitygw;
  readonly proxy: Omit<FaultProxy, 'ca'>;
  /** RUNNER_TEMP, once there is one. */
  runnerTemp = '';
  /** Where its scratch servers worked when the blow fell, by name: one of them may be outside RUNNER_TEMP. */
  scratchFolders: readonly string[] = [];
  /** Set by who plays the run. */
  blow: (blow: Blow) => void = () => undefined;
  readonly #stack: AsyncDisposableStack;
  #over = false;

  private constructor(base: Base, terms: Terms, folder: string, parts: Parts, stack: AsyncDisposableStack) {
    this.base = base;
    this.terms = terms;
    this.bin = join(folder, 'bin');
    this.out = join(folder, 'out');
    this.tmp = join(folder, 'tmp');
    this.wire = parts.wire;
    this.store = parts.store;
    this.proxy = parts.proxy;
    this.#stack = stack;
  }

  static async open(base: Base, terms: Terms): Promise<Stage> {
    const stack = new AsyncDisposableStack();
    try {
      const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-fault-'));
      stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
      const wire = stack.use(await Wire.open({ host: '127.0.0.1', port: base.postgres.port }));
      for (const name of ['bin', 'out', 'tmp', 'disk']) await mkdir(join(folder, name));
      const { destination, destinationMegabytes: megabytes } = terms;
      const small =
        megabytes === undefined ? undefined : join(folder, destination === 'file' ? 'out' : 'disk');
      if (small !== undefined) stack.use(await mountSmall(small, megabytes ?? 0));
      const own = destination === 's3' && small !== undefined;
      const store = own ? stack.use(await startVersitygw({ directory: small })) : base.store;
      const proxy = stack.use(await startStorageProxy(store));
      const stage = new Stage(base, terms, folder, { wire, store, proxy }, stack);
      await stage.#prepare();
      return stage;
    } catch (error) {
      await stack.disposeAsync();
      throw error;
    }
  }

  async #prepare(): Promise<void> {
    const { base, database, bin, terms } = this;
    const template = terms.database === 'full' ? full : 'template0';
    await base.postgres.sql('postgres', `CREATE DATABASE ${database} TEMPLATE ${template}`);
    this.#stack.defer(async () => {
      await base.postgres.sql('postgres', `DROP DATABASE ${database} WITH (FORCE)`);
    });
    if (terms.database === 'empty')
      await base.postgres.sql(database, 'CREATE TABLE orders (id integer PRIMARY KEY, note text)');
    if (terms.channel !== 'direct') await putChannel(bin, terms.channel, this.libpq);
    if (terms.oldTool) await putOldTool(bin);
    if (terms.lossyCompressor) for (const name of compressors) await putLossy(bin, name);
  }

  /** How libpq comes to the server, by way of the wire. */
  get libpq(): Readonly<Record<string, string>> {
    const { terms, wire, database, base } = this;
    return {
      PGHOST: '127.0.0.1',
      PGPORT: String(wire.port),
      PGUSER: terms.user,
      PGPASSWORD: terms.password ?? base.postgres.password,
      PGDATABASE: database,
      PGSSLMODE: 'disable',
    };
  }

  whenDumped(share: number, strike: (connection: Connection) => Promise<void> | void): void {
    this.wire.when(Math.floor(this.base.dumpBytes * share), strike);
  }

  failStore(order: FaultOrder): void {
    this.proxy.fail(order);
  }

  whenAsked(asked: Pick<FaultOrder, 'path' | 'query' | 'method'>, strike: () => Promise<void> | void): void {
    this.proxy.fail({ ...asked, fault: { kind: 'slow', milliseconds: held } });
    const path = patternOf(asked.path);
    const isMeant = ({ method, url }: { method: string; url: string }): boolean =>
      method === (asked.method ?? method) && path.test(url.split('?')[0] ?? '');
    void (async () => {
      while (!this.#over && !this.proxy.recorded.some(isMeant)) await sleep(50);
      if (!this.#over) await strike();
    })();
  }

  killTools(name: string): void {
    killMarked(this.mark, (each) => each === name);
  }

  sql(text: string): Promise<string> {
    return this.base.postgres.sql('postgres', text);
  }

  strikeRun(blow: Blow): void {
    this.blow(blow);
  }

  fillTemp(): Promise<void> {
    return fillDisk(this.runnerTemp);
  }

  flipStored(): Promise<void> {
    return flipNewest(this.store.fileOf(this.mark));
  }

  /** What was armed and has not come is called off: the next run meets nothing. */
  async calm(): Promise<void> {
    this.#over = true;
    this.wire.calm();
    this.proxy.heal();
    if (this.terms.channel !== 'direct') await putChannel(this.bin, 'whole', this.libpq);
    for (const name of ['pg_dump', ...compressors]) await rm(join(this.bin, name), { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    killMarked(this.mark);
    await this.#stack.disposeAsync();
  }
}

interface Parts {
  readonly wire: Wire;
  readonly store: Versitygw;
  readonly proxy: Omit<FaultProxy, 'ca'>;
}

/** As a pg_dump of 14 says it to a server of 15. */
async function putOldTool(bin: string): Promise<void> {
  const script = `#!/bin/sh
case " $* " in *--version*) echo 'pg_dump (PostgreSQL) 14.20'; exit 0 ;; esac
echo 'pg_dump: error: server version: 15.18; pg_dump version: 14.20' >&2
echo 'pg_dump: error: aborting because of server version mismatch' >&2
exit 1
`;
  await putProgram(bin, 'pg_dump', script);
}

const compressors = ['zstd', 'gzip'];

/** A bad build, or bad memory: whatever it writes is whole in itself. */
async function putLossy(bin: string, name: string): Promise<void> {
  const script = `#!/bin/sh
PATH=$(printf %s "$PATH" | sed "s|^${bin}:||")
{ head -c 100000; head -c 4096 > /dev/null; cat; } | ${name} "$@"
`;
  await putProgram(bin, name, script);
}

async function putProgram(bin: string, name: string, script: string): Promise<void> {
  await writeFile(join(bin, name), script);
  await chmod(join(bin, name), 0o755);
}
