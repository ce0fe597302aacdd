/** What the server says of its binary log and its replicas. */
import { TargetError, ToolError } from '../../domain/errors.ts';
import type { Version } from '../../domain/database/versions.ts';
import type { Cancellable, Durability } from '../../ports/database.ts';
import { questionArgv } from './argv.ts';
import { nowSql } from './catalog.ts';
import { serverVersion } from './contents.ts';
import type { Server } from './server.ts';

export async function durabilityOf(server: Server, options?: Cancellable): Promise<Durability> {
  const [now, logs, version] = await server.during(
    async (session) =>
      [
        await session.row<string>(nowSql),
        await session.row<{ on: 0 | 1 }>(`SELECT JSON_OBJECT('on', if(@@log_bin, 1, 0))`),
        await serverVersion(server, session),
      ] as const,
    options,
  );
  const { replicas, own } = replicaQuestions(version);
  const ask = (question: string): Promise<readonly Answer[] | Unreadable> => asked(server, question, options);
  return readDurability({ now, logs: logs.on === 1, replicas: await ask(replicas), own: await ask(own) });
}

/** MySQL has new words since 8.0.22 and took the old ones away in 8.4; MariaDB takes both, and has several masters. */
export function replicaQuestions({ engine, major }: Version): {
  readonly replicas: string;
  readonly own: string;
} {
  if (engine === 'mariadb') return { replicas: 'SHOW SLAVE HOSTS', own: 'SHOW ALL SLAVES STATUS' };
  return major >= 8
    ? { replicas: 'SHOW REPLICAS', own: 'SHOW REPLICA STATUS' }
    : { replicas: 'SHOW SLAVE HOSTS', own: 'SHOW SLAVE STATUS' };
}

/** A row, its columns by name. */
type Answer = ReadonlyMap<string, string>;

interface Unreadable {
  readonly why: string;
}

/** Not in the session, which would end with the question where the user may not ask it. */
async function asked(
  server: Server,
  question: string,
  options: Cancellable | undefined,
): Promise<readonly Answer[] | Unreadable> {
  const { client } = await server.tools(options);
  try {
    return readVertical(
      await server.output(questionArgv(client, await server.entry(client), question), options),
    );
  } catch (error) {
    if (error instanceof TargetError || error instanceof ToolError)
      return { why: `${question}: ${error.message}` };
    throw error;
  }
}

/** `*** 1. row ***`, then `Name: value`, a line each. */
export const readVertical = (text: string): Answer[] =>
  text
    .split(/^\*+ \d+\. row \*+$/m)
    .slice(1)
    .map(
      (row) =>
        new Map([...row.matchAll(/^ *(\w+): ?(.*)$/gm)].map(([, name = '', value = '']) => [name, value])),
    );

export interface SaidOfDurability {
  readonly now: string;
  readonly logs: boolean;
  readonly replicas: readonly Answer[] | Unreadable;
  readonly own: readonly Answer[] | Unreadable;
}

/**
 * The binary log lies beside the data, so it has no newest piece that is safe: what survives the server is what its
 * replicas have, and what somebody copies away without telling it. A replica's lag is known to the replica alone.
 */
export function readDurability({ now, logs, replicas, own }: SaidOfDurability): Durability {
  const unreadable = [replicas, own].filter((each) => 'why' in each);
  return {
    now,
    archive: !logs
      ? { kind: 'off' }
      : unreadable[0] === undefined
        ? { kind: 'beside the data' }
        : { kind: 'unreadable', why: unreadable.map(({ why }) => why).join('; ') },
    replicas: [
      ...('why' in own ? [] : own.map(ownLag)),
      ...('why' in replicas ? [] : replicas.map((row) => ({ name: nameOf(row) }))),
    ],
  };
}

function ownLag(row: Answer): Durability['replicas'][number] {
  const lag = row.get('Seconds_Behind_Master') ?? row.get('Seconds_Behind_Source') ?? 'NULL';
  const of = row.get('Master_Host') ?? row.get('Source_Host') ?? '';
  return { name: `this server, of ${of}`, ...(/^\d+$/.test(lag) ? { lagSeconds: Number(lag) } : {}) };
}

/** A replica says its host only where its report_host is set. */
const nameOf = (row: Answer): string => {
  const [host, port, id] = ['Host', 'Port', 'Server_id'].map(
    (key) => row.get(key) ?? row.get(key.replace('_id', '_Id')) ?? '',
  );
  return host === '' ? `server ${id}` : `${host}:${port}`;
};
