import { processEnvironment } from './environment.ts';
import type { Env } from './environment.ts';

/** The process that an action runs in, as far as the runtime touches it. */
export interface Host {
  readonly env: Env;
  readonly platform: string;
  readonly arch: string;
  readonly node: string;
  write(text: string): void;
  /** Ends the process once everything written has left it: an idle keep-alive connection must not hold it up. */
  exit(code: number): Promise<void>;
}

export function processHost(): Host {
  // Whoever read our output may be gone (a killed runner): that must not stop us from tidying up.
  process.stdout.on('error', () => undefined);
  // Red until proven green: no way out of this process that we did not think of may look like success.
  process.exitCode = 1;
  return {
    env: processEnvironment(),
    platform: process.platform,
    arch: process.arch,
    node: process.versions.node,
    write: (text) => process.stdout.write(text),
    async exit(code) {
      process.exitCode = code;
      await Promise.all([process.stdout, process.stderr].map(flushed));
      process.exit();
    },
  };
}

const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve());
  });
