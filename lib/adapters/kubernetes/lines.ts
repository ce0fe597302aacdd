/**
 * Cuts a byte stream into whole lines of any length, for an event of a watch may be a megabyte. Works on bytes,
 * so a character split between two chunks survives.
 */

const newline = 0x0a;

export class WholeLines {
  #rest: Buffer[] = [];

  /** The lines that this chunk completes, without their ends. */
  *feed(chunk: Buffer): Generator<string> {
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      this.#rest.push(chunk.subarray(from, end));
      yield this.end();
      from = end + 1;
    }
    if (from < chunk.length) this.#rest.push(chunk.subarray(from));
  }

  /** What has come since the last line end; starts afresh. */
  end(): string {
    const line =
      (this.#rest.length === 1 ? this.#rest[0] : Buffer.concat(this.#rest))?.toString('utf8') ?? '';
    this.#rest = [];
    return line;
  }
}
