/** Why a build failed, read from what buildx printed last: whose fault it is decides whether trying again can help. */

export type BuildFailureKind =
  /** A step of the Dockerfile, or the Dockerfile itself: the author's. */
  | 'dockerfile'
  /** A base image or another image that is needed is not there. */
  | 'missing-base'
  /** A registry does not let us read or write. */
  | 'denied'
  /** A registry is busy, the connection broke, bytes were damaged on their way: the only kind that is tried again. */
  | 'busy-registry'
  /** No space left on the builder or the runner. */
  | 'disk-full'
  /** The builder cannot be reached, or died. */
  | 'builder'
  | 'unknown';

export interface BuildFailure {
  readonly kind: BuildFailureKind;
  /** The line that says it, without buildx's own wrapping. */
  readonly message: string;
  /** The step of the Dockerfile, `[build 3/7] RUN make`; undefined where none is to blame. */
  readonly step: string | undefined;
  /** The Dockerfile around it and the last lines of the step, as buildx prints them. */
  readonly lines: readonly string[];
}

/** The first that fits counts: a user's command that prints "503" is still the user's. */
const rules: readonly (readonly [kind: BuildFailureKind, pattern: RegExp])[] = [
  ['disk-full', /no space left on device|disk quota exceeded/i],
  [
    'dockerfile',
    /did not complete successfully: exit code|dockerfile parse error|unknown instruction|target stage .* could not be found|failed to read dockerfile|failed to calculate checksum|failed to compute cache key.*not found|dockerfile\.v0.*(invalid|missing)|invalid (reference format|containerPath)|circular dependency|should not be blank|annotations not supported|is required, but not set|secret .* not found/i,
  ],
  [
    'missing-base',
    /failed to resolve source metadata for .*(not found|pull access denied|no match for platform|manifest unknown)/i,
  ],
  [
    'denied',
    /\b40[13] (unauthorized|forbidden)|failed to authorize|insufficient_scope|authorization failed|access (to the resource )?is denied|no basic auth credentials|unauthorized: |denied: |authentication required|token has expired/i,
  ],
  [
    'busy-registry',
    /\b(408|429|499|500|502|503|504|522) (request timeout|too many requests|internal server error|bad gateway|service unavailable|gateway time-?out|[a-z])|toomanyrequests|connection reset by peer|broken pipe|tls handshake timeout|i\/o timeout|unexpected EOF|\bEOF$|connection refused|server misbehaving|temporary failure in name resolution|http2: (server sent GOAWAY|client connection)|status from \w+ request to .*: (408|429|5\d\d)|digest did not match uploaded content|digest_invalid/i,
  ],
  [
    'builder',
    /cannot connect to the docker daemon|failed to find driver|no builder .* found|buildkit.*(connection refused|unavailable)|rpc error: code = unavailable|error reading from server|failed to (dial|connect).*buildkit|listing workers for build/i,
  ],
  [
    'missing-base',
    /manifest unknown|: not found$|no match for platform in manifest|repository does not exist/i,
  ],
];

/** Whether a registry was meant: a builder that does not answer sounds alike. */
const builderSocket = /unix:\/\/|buildkitd|docker\.sock|buildx_buildkit/i;

/** `lines` is all that buildx printed with `--progress=plain`, or its end. */
export function readFailure(lines: readonly string[]): BuildFailure {
  const message = lastError(lines);
  const read = kindOf(message);
  const kind = read === 'unknown' && message.startsWith('failed to push') ? kindOf(lastAnswer(lines)) : read;
  return {
    kind,
    message,
    step: kind === 'dockerfile' ? failedStep(lines) : undefined,
    lines: excerpt(lines),
  };
}

function kindOf(message: string): BuildFailureKind {
  const kind = rules.find(([, pattern]) => pattern.test(message))?.[0] ?? 'unknown';
  return kind === 'busy-registry' && builderSocket.test(message) ? 'builder' : kind;
}

/** Where the registry gave a reason of its own, BuildKit ends with that alone; the status is in the lines before. */
const lastAnswer = (lines: readonly string[]): string =>
  lines.findLast((line) => /unexpected status from \w+ request to/.test(line)) ?? '';

const wrapping = /^(?:ERROR: )?(?:failed to build: )?(?:failed to solve: )?(?:ERROR: )?/;

function lastError(lines: readonly string[]): string {
  const found =
    lines.findLast((line) => line.startsWith('ERROR: ')) ??
    lines.findLast((line) => /^error: /i.test(line)) ??
    lines.findLast((line) => line.trim() !== '');
  return (found ?? 'it said nothing')
    .replace(wrapping, '')
    .replace(/^error: /i, '')
    .trim();
}

/** buildx repeats what failed between rulers, under ` > [build 3/7] RUN make:`. */
function failedStep(lines: readonly string[]): string | undefined {
  const header = lines.findLast((line) => /^ > \[.*\].*:$/.test(line));
  return header?.replace(/^ > /, '').replace(/:$/, '');
}

const longestExcerpt = 30;
/** Where nothing is marked, the end must do. */
const unmarked = 5;

/** From the first ruler on: what failed with its last lines, and the Dockerfile around it. */
function excerpt(lines: readonly string[]): string[] {
  const from = lines.findIndex((line) => /^-{6,}$|^\S+:\d+$/.test(line));
  return lines
    .slice(Math.max(0, from))
    .filter((line) => line.trim() !== '')
    .slice(from === -1 ? -unmarked : -longestExcerpt);
}
