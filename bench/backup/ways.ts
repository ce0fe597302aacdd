/** How a database is backed up: as teams do it, and by the action. */
import { join } from 'node:path';
import { startTool } from '../kit/run-tool.ts';
import type { Env, Span, Started } from '../kit/run-tool.ts';
import { startAction } from '../kit/step.ts';
import type { Setting } from './setting.ts';

export interface Way {
  readonly id: 'gzip' | 'custom' | 'zstd' | 'directory' | 'counts' | 'rows' | 'restored';
  readonly name: string;
  readonly start: (database: string, mark: string, setting: Setting) => Promise<Started<Stored>>;
}

export interface Stored extends Span {
  /** Where what it stored lies on the disk. */
  readonly path: string;
  /** Of each part of ours, in milliseconds, as it reports them. */
  readonly phases?: readonly (readonly [name: string, milliseconds: number])[];
}

/** A line of shell, as it stands in a pipeline; the file that it writes is `$1`. */
const shell = (id: Way['id'], name: string, line: string): Way => ({
  id,
  name,
  async start(database, mark, setting) {
    const path = join(setting.folder, mark);
    const { pid, ended } = startTool(
      ['bash', '-c', `set -e\n${line}`, 'bash', path],
      libpq(database, setting),
    );
    return { pid, ended: ended.then((span) => ({ ...span, path })) };
  },
});

const libpq = (database: string, { postgres }: Setting): Env => ({
  PGHOST: '127.0.0.1',
  PGPORT: String(postgres.port),
  PGUSER: 'postgres',
  PGPASSWORD: postgres.password,
  PGDATABASE: database,
  PGSSLMODE: 'disable',
});

/** Encrypted and uploaded by the whole step, its start included; post is not. */
const ours = (id: Way['id'], name: string, inputs: Env): Way => ({
  id,
  name,
  async start(database, mark, { postgres, store, folder, recipient, entry }) {
    const { pid, ended } = await startAction(
      { name: 'backup-db', entry },
      { HOME: folder, PATH: process.env['PATH'] ?? '' },
      {
        engine: 'postgresql',
        url: `postgresql://postgres@127.0.0.1:${postgres.port}/${database}?sslmode=disable`,
        password: postgres.password,
        destination: `s3://${store.bucket}/${mark}`,
        endpoint: store.url,
        region: store.region,
        'access-key-id': store.accessKeyId,
        'secret-access-key': store.secretAccessKey,
        recipients: recipient,
        compression: '3',
        ...inputs,
      },
    );
    const stored = ended.then(({ startedAt, endedAt, step }): Stored => {
      const { phases = [] } = (step.report?.data ?? {}) as Pick<Stored, 'phases'>;
      return { startedAt, endedAt, path: store.fileOf(mark), phases };
    });
    return { pid, ended: stored };
  },
});

export const ways: readonly Way[] = [
  shell('gzip', 'pg_dump to gzip to a file', 'pg_dump | gzip > "$1"'),
  shell('custom', 'pg_dump -Fc to a file', 'pg_dump -Fc > "$1"'),
  shell('zstd', 'pg_dump -Fc -Z0 to zstd -3 -T0 to a file', 'pg_dump -Fc -Z0 | zstd -q -3 -T0 > "$1"'),
  shell('directory', 'pg_dump -Fd -j2', 'pg_dump -Fd -j2 -f "$1"'),
  ours('counts', 'ours: encrypted, uploaded, read again; rows counted', {
    verify: 'complete',
    fingerprint: 'counts',
  }),
  ours('rows', 'ours: the same, every row hashed', { verify: 'complete', fingerprint: 'rows' }),
  ours('restored', 'ours: the same, and restored, every table compared', {
    verify: 'restored',
    fingerprint: 'rows',
    scratch: 'local',
  }),
];
