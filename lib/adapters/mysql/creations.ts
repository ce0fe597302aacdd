/** What a dump makes while it is restored, so that a failed restore takes back nothing that somebody else made. */
import { ToolError } from '../../domain/errors.ts';
import { DumpScanner } from './dump-scanner.ts';

/** Something that has a name of its own in a database; a trigger is its table's. */
export interface Occupant {
  /** `package body`; as SQL drops it. */
  readonly kind: string;
  readonly name: string;
}

export interface Creation extends Occupant {
  /** Lines of the dump, from 1 on: where the statement before it ended, and where its own ends. */
  readonly behindLine: number;
  readonly lastLine: number;
}

/** Of a statement that makes something no name stands further behind. */
const longestHead = 2_048;

const name = '(`(?:[^`]|``)+`|"(?:[^"]|"")+"|[^\\s(]+)';
const quoted = '(?:`(?:[^`]|``)*`|"(?:[^"]|"")*"|[^\\s@]+)';
/** As the tools of both write it, without the signs around what is code to some servers alone. */
const creationForm = new RegExp(
  `^CREATE (?:OR REPLACE )?(?:ALGORITHM=\\w+ )?(?:DEFINER=${quoted}(?:@${quoted})? )?(?:SQL SECURITY \\w+ )?` +
    `(?:AGGREGATE )?(TABLE|VIEW|SEQUENCE|PROCEDURE|FUNCTION|PACKAGE BODY|PACKAGE|EVENT) (?:IF NOT EXISTS )?${name}`,
);

/** What a statement makes, from its first word on; undefined where it makes nothing that has a name of its own. */
export function readCreation(statement: string): Occupant | undefined {
  if (!/^(?:\/\*M?!\d* *)?CREATE\b/.test(statement)) return undefined;
  const plain = statement.replace(/\/\*M?!\d*|\*\//g, ' ').replace(/\s+/g, ' ');
  const [, kind, said] = creationForm.exec(plain.trim()) ?? [];
  return kind === undefined || said === undefined
    ? undefined
    : { kind: kind.toLowerCase(), name: unquoted(said) };
}

const unquoted = (said: string): string => {
  const [sign = ''] = said;
  return sign === '`' || sign === '"' ? said.slice(1, -1).replaceAll(sign + sign, sign) : said;
};

/** Follows a dump and tells, in order, what it makes. */
export class CreationScanner {
  readonly #scanner: DumpScanner;
  readonly #found: Creation[] = [];
  #line = 1;

  constructor() {
    this.#scanner = new DumpScanner({
      statement: (text, begun) => {
        const behindLine = this.#line;
        this.#line += lineEnds(text);
        if (begun === -1) return;
        const made = readCreation(text.toString('utf8', begun, Math.min(text.length, begun + longestHead)));
        if (made !== undefined) this.#found.push({ ...made, behindLine, lastLine: this.#line });
      },
      rows: (bytes) => {
        this.#line += lineEnds(bytes);
      },
    });
  }

  /** What the statements make that end in these bytes. */
  push(chunk: Uint8Array): Creation[] {
    this.#scanner.push(chunk);
    return this.#found.splice(0);
  }

  /** Throws where the dump is not whole. */
  end(): void {
    this.#scanner.end();
  }
}

function lineEnds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === 0x0a) count++;
  return count;
}

/** The connection went, and with it the answer: the statement may have done its work. */
const unanswered = new Set(['2006', '2013', '2026', '1053', '1317', '1927']);

/**
 * Those that the client has come to, for it stops at the first error and says in which line: what that statement was
 * to make, and all behind it, is not ours, whoever made it. Without such a line any of them may be.
 */
export function reached(creations: readonly Creation[], failure: unknown): readonly Creation[] {
  const [, code = '', line] = errorLine(failure) ?? [];
  if (line === undefined) return creations;
  const at = Number(line);
  return creations.filter(({ behindLine, lastLine }) =>
    unanswered.has(code) ? behindLine < at : lastLine < at,
  );
}

function errorLine(failure: unknown): RegExpExecArray | undefined {
  for (let error = failure; error instanceof Error; error = error.cause)
    if (error instanceof ToolError)
      for (const text of error.lastLines.toReversed()) {
        const found = /^ERROR (\d+) \(\w+\) at line (\d+)/.exec(text);
        if (found !== null) return found;
      }
  return undefined;
}
