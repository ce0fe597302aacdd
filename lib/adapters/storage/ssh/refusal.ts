/** What the other host, or the way to it, said when something failed, and what to do about it. */
import { TargetError, ToolError, UnreachableError } from '../../../domain/errors.ts';
import { explainPlace } from '../../database-place/explain.ts';

export interface Asked {
  /** The destination, in words. */
  readonly place: string;
  /** As an error says it: `store shop/1.dump`. */
  readonly doing: string;
  readonly directory: string;
}

type Remedy = (asked: Asked) => string;

const rules: readonly (readonly [pattern: RegExp, remedy: Remedy])[] = [
  [
    /No space left on device|Disk quota exceeded/,
    ({ directory }) =>
      `make room on the file system of ${directory} there, then back up again; nothing was left`,
  ],
  [/Read-only file system/, ({ directory }) => `the file system of ${directory} is mounted read-only there`],
  [
    /Operation not permitted|Operation not supported|Function not implemented|Too many links/,
    ({ directory }) =>
      `let that user write to ${directory}; its file system must know hard links, so that nothing is overwritten`,
  ],
  [/Permission denied(?! \()/, ({ directory }) => `let that user write to ${directory} there`],
  [
    /Not a directory|: File exists/,
    ({ directory }) => `a part of ${directory} is a file there, not a directory`,
  ],
  [/Input\/output error/, ({ directory }) => `the disk under ${directory} is failing: have it checked`],
  [/File too large/, ({ directory }) => `the file system of ${directory} does not take files of that size`],
  [
    /slipway: \S+ is not there|\bsh: (?:command )?not found/,
    () =>
      'that host must have a POSIX shell and coreutils or busybox (sha256sum, stat, find, tail, tee, sync)',
  ],
  [
    /sftp connections only|account is (?:currently )?not available|nologin/i,
    () => 'that user must be allowed to run commands, not SFTP alone: give it a shell',
  ],
];

/** ssh's own exit status where the connection failed: a command's is passed on as it is. */
const sshFailed = 255;

/** The error to throw; others than a tool's are passed as they are. */
export function refusalOf(asked: Asked, error: unknown): unknown {
  if (!(error instanceof ToolError)) return error;
  const { place, doing } = asked;
  const said = error.lastLines.join('\n');
  for (const [pattern, remedy] of rules) {
    const line = error.lastLines.find((each) => pattern.test(each));
    if (line === undefined) continue;
    const detail = { subject: place, remedy: remedy(asked), details: [['answered', line]] as const };
    return new TargetError(`${place} did not ${doing}: ${pattern.exec(line)?.[0]}`, detail, { cause: error });
  }
  const explained = explainPlace(said, place);
  if (explained !== undefined) return explained;
  if (error.exit !== sshFailed) return error;
  const why = error.lastLines.at(-1) ?? '';
  const words = `${place} could not be reached to ${doing}: ${why === '' ? 'the connection broke off' : why}`;
  return new UnreachableError(words, { cause: error });
}
