/** What is in a database, and how what a failed restore has made is taken out of it again. */
import { CancelledError, TargetError, messageOf } from '../../domain/errors.ts';
import * as catalog from './catalog.ts';
import { readTables } from './contents.ts';
import { CreationScanner, reached } from './creations.ts';
import type { Creation, Occupant } from './creations.ts';
import { identifier, literal } from './literal.ts';
import type { Server } from './server.ts';
import type { Session } from './session.ts';

/** A line for each thing that is in a database which should have nothing. A trigger is its table's. */
export const occupantsOf = async (session: Session): Promise<string[]> =>
  (await readOccupants(session)).map(inWords);

const inWords = ({ kind, name }: Occupant): string => `${kind} ${name}`;

async function readOccupants(session: Session): Promise<Occupant[]> {
  return [
    ...(await readTables(session)),
    ...(await session.rows<Occupant>(catalog.routinesSql)),
    ...(await session.rows<Occupant>(catalog.eventsSql)),
  ];
}

/** A dump on its way into a database, and what of that database is the dump's. */
export interface Watched {
  /** The same bytes. Throws where they are no whole dump: to the client the end of its input is the end of a dump. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /**
   * Drops what the restore has made, after it failed; the failure, to be thrown. It says what is still there. The
   * restore's session holds a lock named `mark`: when that can be had, it has ended.
   */
  undone(mark: string, failure: unknown): Promise<unknown>;
}

/**
 * No transaction holds others back: an application that restarts may make its own tables in the middle of a restore.
 * What was there before its statement was given to the client, and what the client did not come to, is not ours. Only
 * where the way is cut, and nobody says how far the client came, is what lay in the pipe taken for ours.
 */
export function watched(server: Server, dump: AsyncIterable<Uint8Array>, session: Session): Watched {
  const own = new Map<string, Creation>();
  async function* bytes(): AsyncGenerator<Uint8Array> {
    const key = await keysOf(session);
    const scanner = new CreationScanner();
    for await (const chunk of dump) {
      const made = scanner.push(chunk);
      const there = new Set((await namesakes(session, made)).map(key));
      for (const each of made)
        // A view is made twice, first so that others can name it: the first time counts.
        if (!own.has(key(each)) && !there.has(key(each))) own.set(key(each), each);
      yield chunk;
    }
    scanner.end();
  }
  return {
    bytes: bytes(),
    async undone(mark, failure) {
      try {
        const left = await server.during(async (other) => {
          await other.ask(`SELECT GET_LOCK(${literal(mark)}, 60)`);
          const key = await keysOf(other);
          const ours = new Set(reached([...own.values()], failure).map(key));
          return drop(other, (each) => ours.has(key(each)));
        });
        return left.length === 0 ? failure : amongOthers(failure, left.map(inWords), server.described);
      } catch (error) {
        return withLeftovers(failure, messageOf(error), server.described);
      }
    },
  };
}

/** Everything that has a name of the kinds of these. */
async function namesakes(session: Session, made: readonly Occupant[]): Promise<Occupant[]> {
  const spaces = new Set(made.map(nameSpace));
  const ask = (sql: string): Promise<Occupant[]> => session.rows<Occupant>(sql);
  return [
    ...(spaces.has('relation') ? await ask(catalog.relationNamesSql) : []),
    ...(spaces.has('event') ? await ask(catalog.eventsSql) : []),
    ...([...spaces].some((space) => !['relation', 'event'].includes(space))
      ? await ask(catalog.routinesSql)
      : []),
  ];
}

/** Tables, views and sequences share their names. A view begins as a stand-in, which to older tools is a table. */
const nameSpace = ({ kind }: Occupant): string =>
  ['table', 'view', 'sequence'].includes(kind) ? 'relation' : kind;

/** Where table names have no case, a server writes them otherwise than the dump does. */
async function keysOf(session: Session): Promise<(each: Occupant) => string> {
  const folds = (await session.ask('SELECT @@lower_case_table_names'))[0] !== '0';
  return (each) => `${nameSpace(each)} ${folds ? each.name.toLowerCase() : each.name}`;
}

/** How often what is there is looked for again: the last statement of a restore that broke off may still be at work. */
const rounds = 5;

/** Drops what is ours; what is then still there. */
async function drop(session: Session, isOurs: (each: Occupant) => boolean): Promise<Occupant[]> {
  await session.ask('SET SESSION foreign_key_checks = 0');
  for (let round = 0; ; round++) {
    const found = await readOccupants(session);
    const ours = found.filter(isOurs);
    if (ours.length === 0 || round === rounds) return found;
    for (const { kind, name } of ours) await session.ask(`DROP ${kind} IF EXISTS ${identifier(name)}`);
  }
}

const shown = 5;

function amongOthers(failure: unknown, left: readonly string[], described: string): Error {
  const names = [
    ...left.slice(0, shown),
    ...(left.length > shown ? [`${left.length - shown} more`] : []),
  ].join(', ');
  return retold(
    failure,
    `what the restore had made was dropped again; this is not of the restore and stays: ${names}`,
    'end what else writes into that database (an application that restarts?), then restore into an empty one',
    described,
  );
}

const withLeftovers = (failure: unknown, why: string, described: string): Error =>
  retold(
    failure,
    `what was restored until then could not be dropped again: ${why}`,
    'look what is in that database, and empty it yourself before you try again',
    described,
  );

function retold(failure: unknown, addition: string, remedy: string, described: string): Error {
  const text = `${messageOf(failure)}; ${addition}`;
  if (failure instanceof CancelledError) return new CancelledError(text);
  const [subject, details] =
    failure instanceof TargetError ? [failure.subject, failure.details] : [described, []];
  return new TargetError(text, { subject, remedy, details }, { cause: failure });
}
