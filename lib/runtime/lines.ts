import { StringDecoder } from 'node:string_decoder';

/** A line longer than this is handed out in pieces: a program without line ends must not fill the memory. */
const longest = 64 * 1024;

/**
 * Cuts a stream of bytes into lines. A character split between two chunks is put together again; CRLF ends a
 * line once; of a progress line redrawn with bare `\r` only what stands at the end is kept, as a terminal shows.
 */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Buffer): void {
    this.#rest += this.#decoder.write(chunk);
    const lines = this.#rest.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#say(line);
    while (this.#rest.length > longest) {
      this.#say(this.#rest.slice(0, longest));
      this.#rest = this.#rest.slice(longest);
    }
  }

  end(): void {
    this.#rest += this.#decoder.end();
    if (this.#rest !== '') this.#say(this.#rest);
    this.#rest = '';
  }

  #say(line: string): void {
    const shown = line.endsWith('\r') ? line.slice(0, -1) : line;
    this.#onLine(shown.slice(shown.lastIndexOf('\r') + 1));
  }
}
