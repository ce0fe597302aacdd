/** Which dump tool may read which server, and which dump which server may take. */
import type { Engine } from './locator.ts';

export interface Version {
  readonly engine: Engine;
  readonly major: number;
  readonly minor: number;
  /** As it was said: `15.18 (Debian 15.18-0+deb12u1)`. */
  readonly text: string;
}

/**
 * Reads what a server or a tool says of itself: `15.18 (Debian …)`, `pg_dump (PostgreSQL) 15.18`,
 * `mysqldump  Ver 10.19 Distrib 10.11.6-MariaDB`, `mariadb-dump from 11.4.2-MariaDB, client 10.19`. `engine` is only
 * what it is taken for where the text does not say.
 */
export function readVersion(engine: Engine, text: string): Version | undefined {
  const said: Engine = /mariadb/i.test(text) ? 'mariadb' : engine === 'mariadb' ? 'mysql' : engine;
  // MariaDB's tools name a protocol version first, and old servers put 5.5.5- before their own for replication.
  const [, major, minor] =
    /(?:Distrib|from) (?:5\.5\.5-)?(\d+)\.(\d+)/.exec(text) ??
    /(?:^|[\s(])(?:5\.5\.5-)?(\d+)\.(\d+)/.exec(text) ??
    /(?:^|[\s(])(\d+)(?=devel|beta|rc)/.exec(text) ??
    [];
  if (major === undefined) return undefined;
  return { engine: said, major: Number(major), minor: Number(minor ?? 0), text: text.trim() };
}

/** Why a dump tool may not dump a server; undefined where it may. */
export function dumpProblem(tool: Version, server: Version): string | undefined {
  if (family(tool) !== family(server))
    return `${nameOf(tool)} cannot dump ${nameOf(server)}: it speaks to another engine`;
  if (tool.engine === 'mysql' && server.engine === 'mariadb')
    return `${nameOf(tool)} cannot dump ${nameOf(server)}: it leaves out what MySQL does not have (sequences, history)`;
  // PostgreSQL's pg_dump refuses this itself, in the middle of the night; mysqldump does not, and omits what it does
  // not know.
  return tool.engine === server.engine && isOlder(tool, server)
    ? `${nameOf(tool)} is older than ${nameOf(server)}: it does not know all that the server keeps`
    : undefined;
}

/** Why a server may not take a dump that `tool` made of `source`; undefined where it may. */
export function restoreProblem(
  dump: { readonly tool: Version; readonly source: Version },
  target: Version,
): string | undefined {
  if (dump.source.engine !== target.engine)
    return `the dump is of ${nameOf(dump.source)}, and this is ${nameOf(target)}`;
  if (isOlder(target, dump.source))
    return `the dump is of ${nameOf(dump.source)}, newer than ${nameOf(target)} can read`;
  return undefined;
}

/**
 * Why a restore tool cannot read a dump; undefined where it can. It must be as new as the one that wrote it, down to
 * the last number: plain dumps since 15.14 begin with \restrict, MariaDB's since 10.11.8 with a sandbox comment
 * (frappe#26929).
 */
export function readProblem(restorer: Version, dumper: Version): string | undefined {
  const [have, need] = [numbers(restorer), numbers(dumper)];
  const at = need.findIndex((number, place) => number !== (have[place] ?? 0));
  return at === -1 || (have[at] ?? 0) > (need[at] ?? 0)
    ? undefined
    : `${fullNameOf(restorer)} is older than what wrote the dump, ${fullNameOf(dumper)}`;
}

/** 10.11.8 → 10, 11, 8; PostgreSQL has two. */
function numbers({ engine, major, minor, text }: Version): number[] {
  const [, patch] = new RegExp(`\\b${major}\\.${minor}\\.(\\d+)`).exec(text) ?? [];
  return engine === 'postgresql' || patch === undefined ? [major, minor] : [major, minor, Number(patch)];
}

/** PostgreSQL's major is its first number; MariaDB and MySQL make new things in their second. */
const isOlder = (a: Version, b: Version): boolean =>
  a.major < b.major || (a.engine !== 'postgresql' && a.major === b.major && a.minor < b.minor);

const family = ({ engine }: Version): string => (engine === 'postgresql' ? 'postgresql' : 'mysql');

const names = { postgresql: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB' } as const;
const nameOf = ({ engine, major, minor }: Version): string => `${names[engine]} ${major}.${minor}`;
const fullNameOf = (version: Version): string => `${names[version.engine]} ${numbers(version).join('.')}`;
