/**
 * `docker exec` as a stand-in on PATH: it runs the tool on this machine, and loses what a real channel has been seen to
 * lose (kubernetes#124571: half of the bytes, no error, exit 0).
 */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type Channel =
  | 'direct'
  | 'whole'
  | 'ends-early'
  | 'loses-the-exit'
  | 'changes-a-byte'
  | 'ends-with-nothing';

/** What becomes of the dump on its way; `"$@"` is the tool there. */
const carried: Readonly<Record<Exclude<Channel, 'direct'>, string>> = {
  whole: 'exec "$@"',
  'ends-early': '"$@" 2>/dev/null | head -c 9000000; exit 0',
  'loses-the-exit': '"$@" 2>/dev/null; exit 0',
  // One in the middle of the rows, of the same length.
  'changes-a-byte': '"$@" | sed "s/lieferung/lieferunk/"; exit 0',
  'ends-with-nothing': 'exit 0',
};

/** Puts it into a folder that is to be first on PATH. `env`: how libpq comes to the server from in there. */
export async function putChannel(
  folder: string,
  channel: Exclude<Channel, 'direct'>,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const variables = Object.entries(env).map(([name, value]) => `export ${name}='${value}'`);
  const script = `#!/bin/bash
shift
while [ "\${1#-}" != "$1" ]; do shift; done
shift
${variables.join('\n')}
case " $* " in
  *" pg_dump "*--version*) exec "$@" ;;
  *" pg_dump "*) ${carried[channel]} ;;
  *) exec "$@" ;;
esac
`;
  const path = join(folder, 'docker');
  await writeFile(path, script);
  await chmod(path, 0o755);
}
