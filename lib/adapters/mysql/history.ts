/** The history of MariaDB's system-versioned tables: a tool that cannot dump it leaves it out, and says nothing. */
import type { Version } from '../../domain/database/versions.ts';
import { TargetError } from '../../domain/errors.ts';
import type { TableFacts } from './catalog.ts';

/** --dump-history came with 10.11 (MDEV-16029). */
const dumpsHistory = ({ engine, major, minor }: Version): boolean =>
  engine === 'mariadb' && (major > 10 || (major === 10 && minor >= 11));

export interface HistoryOrder {
  readonly tool: Version;
  readonly tables: readonly TableFacts[];
  /** Those whose rows stay out. */
  readonly left: readonly TableFacts[];
  readonly database: string;
  readonly subject: string;
}

/** Whether there is history to dump. Throws where there is and the tool would leave it out. */
export function hasHistory({ tool, tables, left, database, subject }: HistoryOrder): boolean {
  const versioned = tables.filter((table) => table.versioned === 1 && !left.includes(table));
  if (versioned.length === 0 || dumpsHistory(tool)) return versioned.length > 0;
  throw new TargetError(
    `the dump tool of MariaDB ${tool.major}.${tool.minor} leaves out the history of system-versioned tables, without a word: such a backup would not be whole`,
    {
      subject,
      remedy:
        'upgrade server and tools to MariaDB 10.11 or newer, whose tool dumps history; or leave the rows of these tables out: exclude-tables',
      details: versioned.map(({ name }) => ['has history', `${database}.${name}`] as const),
    },
  );
}
