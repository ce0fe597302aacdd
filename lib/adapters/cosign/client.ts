import { CancelledError, ToolError } from '../../domain/errors.ts';
import { formatImageRef } from '../../domain/image-ref.ts';
import type { ImageRef } from '../../domain/image-ref.ts';
import type { Files } from '../../ports/files.ts';
import type { Exit, Spawn } from '../../ports/process.ts';
import type { Signer, TrustedSigner } from '../../ports/signer.ts';
import * as argv from './argv.ts';

export interface CosignOptions {
  readonly spawn: Spawn;
  readonly files: Pick<Files, 'writePrivate'>;
  /** The private docker configuration with the credentials. */
  readonly dockerConfig: string;
  readonly workspace: string;
}

const remedy = 'add sigstore/cosign-installer before this step';
const timeout = 120_000;

/** The Signer port over the cosign on PATH. */
export function cosignSigner({ spawn, files, dockerConfig, workspace }: CosignOptions): Signer {
  const run = async (args: readonly string[], signal?: AbortSignal): Promise<Exit> => {
    const exit = await started(() =>
      spawn(
        { argv: ['cosign', ...args], cwd: workspace, env: { DOCKER_CONFIG: dockerConfig } },
        { timeout, ...(signal === undefined ? {} : { signal }) },
      ),
    );
    if (exit.cancelled) throw new CancelledError(`cosign ${args[0] ?? ''} was cancelled`);
    return exit;
  };

  let known: Promise<string> | undefined;
  const version = (): Promise<string> => (known ??= run(argv.versionArgv).then(versionIn));

  const trusted = async (
    signer: TrustedSigner,
    signal?: AbortSignal,
  ): Promise<Exclude<TrustedSigner, { kind: 'signing-key' }>> => {
    if (signer.kind !== 'signing-key') return signer;
    const args = argv.publicKeyArgv(signer.key);
    const exit = await run(args, signal);
    if (exit.status !== 0) throw failed(args, exit, 'the public half of the signing key cannot be read');
    return { kind: 'public-key', key: await files.writePrivate('cosign.pub', exit.stdout) };
  };

  return {
    version,
    async sign(ref, key, signal) {
      const args = argv.signArgv(byDigest(ref), key, majorOf(await version()));
      const exit = await run(args, signal);
      if (exit.status !== 0)
        throw failed(args, exit, `cosign could not sign ${byDigest(ref)}`, remedies[key.kind]);
    },
    async verify(ref, signer, signal) {
      const args = argv.verifyArgv(byDigest(ref), await trusted(signer, signal));
      const exit = await run(args, signal);
      if (exit.status === 0) return { kind: 'good' };
      if (saysNone.test(exit.stderr)) return { kind: 'none', why: lastError(exit) };
      throw failed(args, exit, `cosign could not tell who signed ${byDigest(ref)}`);
    },
  };
}

/** cosign has an exit code of its own for some of them, but only from 2.0 on and not for all (cosign, cmd/cosign/errors). */
const saysNone =
  /no (matching )?signatures|no signatures found|none of the expected identities|invalid signature|failed to verify signature|no matching attestations|MANIFEST_UNKNOWN/i;

/** A tag could be moved between the look and the signature. */
function byDigest(ref: ImageRef): string {
  if (ref.digest === undefined) throw new Error('only what has a digest is signed');
  const { registry, repository, digest } = ref;
  return formatImageRef({ registry, repository, digest });
}

async function started(spawn: () => Promise<Exit>): Promise<Exit> {
  try {
    return await spawn();
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const { argv: asked, exit, lastLines } = error;
    throw new ToolError('cosign is not on PATH', { argv: asked, exit, lastLines, remedy }, { cause: error });
  }
}

function versionIn({ stdout, stderr }: Exit): string {
  try {
    const { gitVersion } = JSON.parse(stdout || stderr) as { gitVersion?: string };
    return gitVersion ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

/** A build from source says `devel`: 2, which knows no more flags than it needs. */
const majorOf = (version: string): number => Number(/^v?(\d+)\./.exec(version)?.[1] ?? 2);

const lastError = ({ stderr }: Exit): string =>
  stderr
    .trim()
    .split('\n')
    .findLast((line) => /error/i.test(line))
    ?.replace(/^.*?error:? /i, '') ?? 'it gave no reason';

const remedies = {
  keyless:
    'the lines above say why; keyless signing needs permissions: id-token: write on this job; else give sign-key',
  key: 'the lines above say why; sign-key must name a key that cosign can read, with its password',
} as const;

const failed = (args: readonly string[], exit: Exit, message: string, advice?: string): ToolError =>
  new ToolError(exit.timedOut ? `${message}: it did not end in time` : message, {
    argv: ['cosign', ...args],
    exit: exit.status,
    lastLines: exit.stderr.trimEnd().split('\n').slice(-10),
    ...(advice === undefined ? {} : { remedy: advice }),
  });
