/** Credential helpers: programs that keep logins for docker (docker-credential-helpers, "Development"). */
import type { Milliseconds } from '../../domain/duration.ts';
import { ToolError } from '../../domain/errors.ts';
import type { RegistryCredentials } from '../../domain/registry.ts';
import type { Exit, Spawn } from '../../ports/process.ts';
import { serverName } from './merge.ts';

/** One that waits for somebody to unlock a key ring waits for ever. */
const longest: Milliseconds = 30_000;

/** Asks `docker-credential-<helper>`; undefined when it has nothing for this registry. What it answers is a secret. */
export async function askHelper(
  spawn: Spawn,
  helper: string,
  registry: string,
): Promise<RegistryCredentials | undefined> {
  const argv = [`docker-credential-${helper}`, 'get'];
  const exit = await spawn(
    { argv, input: serverName(registry) },
    { timeout: longest, maxBytes: 1024 * 1024 },
  );
  // The words of docker-credential-helpers' own library, on standard output.
  if (exit.status !== 0 && /credentials not found/i.test(exit.stdout + exit.stderr)) return undefined;
  if (exit.status !== 0) throw failure(`${argv[0]} gave no login for ${registry}`, argv, exit);
  const { Username: username, Secret: secret } = answerOf(exit.stdout);
  if (typeof username !== 'string' || typeof secret !== 'string')
    throw failure(`${argv[0]} answered something else than a login for ${registry}`, argv, exit);
  if (secret === '') return undefined;
  // By that name a helper says that it keeps a refresh token instead of a password.
  return username === '<token>'
    ? { username, password: '', identityToken: secret }
    : { username, password: secret };
}

function answerOf(stdout: string): { readonly Username?: unknown; readonly Secret?: unknown } {
  try {
    return (JSON.parse(stdout) ?? {}) as object;
  } catch {
    return {};
  }
}

/** Only an answer of failure is quoted: any other may hold the secret. */
function failure(message: string, argv: readonly string[], exit: Exit): ToolError {
  const said = exit.status === 0 ? '' : `${exit.stdout}\n${exit.stderr}`;
  const lastLines = said
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-5);
  const remedy = exit.timedOut
    ? `it did not answer within ${longest / 1_000} s: give the login under registries instead`
    : 'docker itself would fail here: mend the helper named in ~/.docker/config.json, or give the login under registries';
  return new ToolError(message, { argv, exit: exit.status, lastLines, remedy });
}
