/**
 * Follows a dump of mysqldump or mariadb-dump as its bytes pass, in chunks of any size, by the rules by which the
 * client that restores it finds the end of a statement: quotes, escapes, comments and DELIMITER.
 */
import { MalformedDump } from './malformed-dump.ts';
import { RowScanner } from './row-scanner.ts';
import type { Tally } from './row-scanner.ts';

/** Is given every byte, in order. What it does not copy is gone: they are views of buffers that are used again. */
export interface ScanListener {
  /** A statement with what stands before it; its first word is at `begun`, which is -1 where there is none. */
  statement(text: Buffer, begun: number): void;
  /** Some bytes of the rows of an INSERT, whose head came as a statement. */
  rows(bytes: Uint8Array): void;
}

const [newline, space, hash, star, dash, slash, bang, ansiQuote, tick, quote, backslash] = [
  0x0a, 0x20, 0x23, 0x2a, 0x2d, 0x2f, 0x21, 0x22, 0x60, 0x27, 0x5c,
] as const;
const semicolons = Buffer.from(';');

/** A statement other than an INSERT that is longer is none of a dump; a view's text is at most some kilobytes. */
const longestStatement = 64 * 1024 * 1024;

export class DumpScanner {
  /** By name, of every table into which rows went. */
  readonly tallies = new Map<string, Tally>();
  /** Names of tables that the dump makes. */
  readonly created = new Set<string>();
  readonly #rows = new RowScanner();
  readonly #listener: ScanListener | undefined;
  #inRows = false;
  #delimiter = semicolons;
  /** As `SET sql_mode` in the dump says: what a backslash and a double quote mean then. */
  #noEscapes = false;
  #ansiQuotes = false;

  /** The statement that is being read, from the end of the one before it. */
  #text = Buffer.allocUnsafe(64 * 1024);
  #length = 0;
  /** Where its first word begins, behind white space and comments; -1 before it. */
  #begun = -1;
  /** The quote that is open, or 0. */
  #quote = 0;
  #escaped = false;
  #comment: 'none' | 'line' | 'block' = 'none';
  #commentAt = 0;
  #inConditional = false;
  /** The last byte of the comment sign that was read last. */
  #consumed = -1;

  constructor(listener?: ScanListener) {
    this.#listener = listener;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) at = this.#inRows ? this.#pushRows(chunk, at) : this.#pushStatement(chunk, at);
  }

  /** Throws where the dump is not whole: the tool writes its last line only when all went well. */
  end(): void {
    if (this.#inRows || this.#quote !== 0 || this.#comment === 'block' || this.#begun !== -1)
      throw new MalformedDump('it is cut in the middle of a statement');
    const rest = this.#text.subarray(0, this.#length);
    if (!/(?:^|\n)-- Dump completed[^\n]*\s*$/.test(rest.toString('latin1')))
      throw new MalformedDump('it does not end with "-- Dump completed": cut, or its tool did not end well');
    this.#listener?.statement(rest, -1);
  }

  #pushRows(chunk: Uint8Array, at: number): number {
    const end = this.#rows.scan(chunk, at);
    const next = end === -1 ? chunk.length : end;
    this.#listener?.rows(chunk.subarray(at, next));
    if (end !== -1) this.#inRows = false;
    return next;
  }

  /** Reads to the end of a statement, or to where its rows begin; the position behind it. */
  #pushStatement(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (this.#length === this.#text.length) this.#grow();
      this.#text[this.#length++] = byte;
      if (this.#quote !== 0) this.#inQuotes(byte);
      else if (this.#comment !== 'none') this.#inComment(byte);
      else if (this.#outside(byte)) return at + 1;
    }
    return chunk.length;
  }

  #inQuotes(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === this.#quote) this.#quote = 0;
    else if (byte === backslash && this.#quote !== tick && !this.#noEscapes)
      this.#escaped = !(this.#quote === ansiQuote && this.#ansiQuotes);
  }

  #inComment(byte: number): void {
    const last = this.#length - 1;
    if (this.#comment === 'line') {
      if (byte === newline) this.#comment = 'none';
    } else if (byte === slash && this.#text[last - 1] === star && last - 1 > this.#commentAt) {
      [this.#comment, this.#consumed] = ['none', last];
    } else if (byte === bang && this.#isConditional(last)) {
      // `/*!50003 … */` and `/*M!100203 … */` are code to some servers, and what is in them is read as code.
      [this.#comment, this.#inConditional] = ['none', true];
      if (this.#begun === -1) this.#begun = this.#commentAt - 1;
    }
  }

  #isConditional(last: number): boolean {
    const signs = last - this.#commentAt;
    return signs === 1 || (signs === 2 && this.#text[last - 1] === 0x4d);
  }

  /** A byte that is neither quoted nor in a comment; whether a statement, or the part before its rows, ends with it. */
  #outside(byte: number): boolean {
    const last = this.#length - 1;
    const text = this.#text;
    if (byte <= space) {
      if (last >= 2 && text[last - 1] === dash && text[last - 2] === dash) this.#beginComment(byte, last - 2);
      return byte === newline && this.#isDelimiterLine();
    }
    if (this.#begun === -1) this.#begun = last;
    if (byte === quote || byte === ansiQuote || byte === tick) this.#quote = byte;
    else if (byte === hash) this.#beginComment(byte, last);
    else if (byte === star && text[last - 1] === slash && this.#consumed < last - 1 && last > 0) {
      [this.#comment, this.#commentAt] = ['block', last];
      if (this.#begun === last - 1) this.#begun = -1;
    } else if (byte === slash && text[last - 1] === star && this.#inConditional) {
      [this.#inConditional, this.#consumed] = [false, last];
      if (text.toString('latin1', this.#begun, last).startsWith(sandbox)) this.#begun = -1;
    } else if (byte === 0x53 && this.#beginsRows()) return true;
    else if (
      byte === this.#delimiter.at(-1) &&
      this.#endsWith(this.#delimiter) &&
      !this.#isDelimiterCommand()
    ) {
      this.#endStatement();
      return true;
    }
    return false;
  }

  #beginComment(byte: number, first: number): void {
    if (byte !== newline) this.#comment = 'line';
    if (this.#begun === first) this.#begun = -1;
  }

  /** `INSERT INTO `orders` (`id`) VALUES`, and what --replace and --insert-ignore make of it. */
  #beginsRows(): boolean {
    if (this.#delimiter !== semicolons || !this.#endsWith(values)) return false;
    const head = this.#text.toString('utf8', this.#begun, this.#length);
    const [, name] = /^(?:INSERT +(?:IGNORE +)?|REPLACE +)INTO `((?:[^`]|``)+)`/.exec(head) ?? [];
    if (name === undefined) return false;
    this.#rows.begin(this.#tallyOf(name.replaceAll('``', '`')));
    this.#forget();
    this.#inRows = true;
    return true;
  }

  #tallyOf(table: string): Tally {
    const known = this.tallies.get(table);
    if (known !== undefined) return known;
    const tally = { rows: 0, low: 0, high: 0 };
    this.tallies.set(table, tally);
    return tally;
  }

  /** It is the client's own, ends with its line, and names semicolons that end nothing. */
  #isDelimiterCommand(): boolean {
    if (this.#begun === -1 || ((this.#text[this.#begun] ?? 0) | 0x20) !== 0x64) return false; // d or D
    return /^delimiter /i.test(this.#text.toString('latin1', this.#begun, this.#begun + 10));
  }

  #isDelimiterLine(): boolean {
    if (!this.#isDelimiterCommand()) return false;
    const line = this.#text.toString('latin1', this.#begun, this.#length);
    const [, delimiter] = /^delimiter +(\S+)/i.exec(line) ?? [];
    if (delimiter === undefined) return false;
    this.#delimiter = delimiter === ';' ? semicolons : Buffer.from(delimiter, 'latin1');
    this.#forget();
    return true;
  }

  #endStatement(): void {
    const head = this.#text.toString('utf8', this.#begun, Math.min(this.#length, this.#begun + 1024));
    const [, mode] = /^(?:\/\*!\d+ )?SET sql_mode\s*=\s*('[^']*'|@)/i.exec(head) ?? [];
    if (mode !== undefined) {
      this.#noEscapes = mode.includes('NO_BACKSLASH_ESCAPES');
      this.#ansiQuotes = mode.includes('ANSI_QUOTES');
    }
    const [, table] = /^CREATE TABLE (?:IF NOT EXISTS )?`((?:[^`]|``)+)`/.exec(head) ?? [];
    if (table !== undefined) this.created.add(table.replaceAll('``', '`'));
    this.#forget();
  }

  #forget(): void {
    this.#listener?.statement(this.#text.subarray(0, this.#length), this.#begun);
    [this.#length, this.#begun, this.#consumed, this.#inConditional] = [0, -1, -1, false];
  }

  #endsWith(end: Uint8Array): boolean {
    const { length } = end;
    if (this.#length < length) return false;
    return this.#text.compare(end, 0, length, this.#length - length, this.#length) === 0;
  }

  #grow(): void {
    if (this.#length >= longestStatement) throw new MalformedDump('a statement of it does not end');
    const larger = Buffer.allocUnsafe(this.#text.length * 2);
    this.#text.copy(larger);
    this.#text = larger;
  }
}

const values = Buffer.from(' VALUES');
/** MariaDB's dumps begin so, without a semicolon: what follows is a statement of its own. */
const sandbox = '/*M!999999';
