/** One line per part, with the seconds since the command began; on stderr, so that stdout stays for results. */
export interface Progress {
  say(part: string, what: string): void;
  /** Says the beginning and the end, with how long it took. */
  during<T>(part: string, what: string, work: () => Promise<T>): Promise<T>;
}

export function startProgress(write: (line: string) => void = console.error): Progress {
  const began = Date.now();
  const say = (part: string, what: string) =>
    write(`${seconds(Date.now() - began).padStart(7)}  ${part.padEnd(20)} ${what}`);
  return {
    say,
    async during(part, what, work) {
      say(part, `${what} …`);
      const from = Date.now();
      const result = await work();
      say(part, `done in ${seconds(Date.now() - from)}`);
      return result;
    },
  };
}

export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
