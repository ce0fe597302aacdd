/** Reads what `pg_dumpall --globals-only` writes, statement by statement. */

export interface GlobalsStatement {
  readonly sql: string;
  /**
   * `role`, `tablespace`: makes it, or says what it is. `tablespace grant`: who may use one. `settings`: of the session
   * alone. `grant`: all else, which is between roles that are there by then.
   */
  readonly about: 'role' | 'tablespace' | 'tablespace grant' | 'settings' | 'grant';
  /** Of the role or tablespace. */
  readonly name: string;
}

/**
 * What may stand there, and nothing else: a backslash outside quotes would be a command for psql, which may be a
 * program to start (CVE-2025-8714); \restrict, which newer tools write against that, is taken out with its end.
 */
const part =
  /(?<skip>\s+|--[^\n]*(?:\n|$)|\\(?:un)?restrict [A-Za-z0-9]+(?:\n|$))|(?<end>;)|(?<word>E'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|[\w.,()=+-]+)/suy;

/** Undefined where something else is in it, or its last statement is not whole. */
export function readGlobals(text: string): GlobalsStatement[] | undefined {
  const statements: GlobalsStatement[] = [];
  let words: string[] = [];
  let at = 0;
  while (at < text.length) {
    part.lastIndex = at;
    const match = part.exec(text);
    if (match === null) return undefined;
    at = part.lastIndex;
    const { end, word } = match.groups ?? {};
    if (word !== undefined) words.push(word);
    else if (end !== undefined) {
      statements.push(statementOf(words));
      words = [];
    }
  }
  return words.length === 0 ? statements : undefined;
}

function statementOf(words: readonly string[]): GlobalsStatement {
  const [verb = ''] = words;
  // Who granted a membership need not be one who may, on another server: then it is granted by who restores.
  const by = verb === 'GRANT' && !words.includes('ON') ? words.indexOf('GRANTED') : -1;
  const sql = (by < 0 ? words : words.slice(0, by)).join(' ');
  const of = (about: GlobalsStatement['about'], name = ''): GlobalsStatement => ({
    sql,
    about,
    name: unquoted(name),
  });
  if (verb === 'SET' || verb === 'SELECT') return of('settings');
  if (verb === 'GRANT' || verb === 'REVOKE') {
    const on = words.indexOf('ON');
    return words[on + 1] === 'TABLESPACE' && on > 0 ? of('tablespace grant', words[on + 2]) : of('grant');
  }
  const what = words.findIndex((word) => word === 'ROLE' || word === 'TABLESPACE');
  if (what < 0) return of('grant');
  return of(words[what] === 'ROLE' ? 'role' : 'tablespace', words[what + 1]);
}

const unquoted = (word: string): string =>
  word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word;
