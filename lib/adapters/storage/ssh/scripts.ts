/**
 * What is asked of the other host: POSIX sh with the programs of coreutils or busybox. Paths are arguments of the
 * script, so that none is ever read by a shell. Words are matched (`refusal.ts`), hence the C locale.
 */

/** Exit status where the name is in use already. */
export const takenStatus = 75;

/** Without the programs that the account of a stream takes, its failure would look like a connection's. */
const prelude = `LC_ALL=C; export LC_ALL; umask 077
for tool in cat dirname find ln mkdir rm rmdir sha256sum stat sync tail tee wc; do
  command -v "$tool" >/dev/null || { echo "slipway: $tool is not there" >&2; exit 96; }
done`;

/** A file that may not be looked for must not look like one that is not there. */
const reachable = `reachable() {
  up=$(dirname -- "$1")
  while [ ! -d "$up" ]; do up=$(dirname -- "$up"); done
  [ -x "$up" ] || { echo "$up: Permission denied" >&2; exit 1; }
}`;

const command =
  (...lines: readonly string[]) =>
  (...paths: readonly string[]): string[] => [
    'sh',
    '-c',
    [prelude, ...lines].join('\n'),
    'slipway',
    ...paths,
  ];

/** Folder, unfinished file: writes the standard input there. It is with the disk when this ends. */
export const storing = command('mkdir -p -- "$1" && cat >"$2" && { sync "$2" 2>/dev/null || sync; }');

/**
 * Folder, unfinished file, its name to be: `<bytes> <seconds>`. A link takes no name that is in use. Asked again after
 * an answer that was lost, it sees that the name is the same file.
 */
export const publishing = command(
  'if ! [ "$3" -ef "$2" ]; then',
  `  if [ -e "$3" ] || [ -L "$3" ]; then exit ${takenStatus}; fi`,
  `  ln -- "$2" "$3" || { status=$?; [ -e "$3" ] && exit ${takenStatus}; exit "$status"; }`,
  'fi',
  'sync "$1" 2>/dev/null || sync',
  'stat -c "%s %Y" -- "$3"',
);

/** Unfinished files: removes these names of them. */
export const tidying = command('rm -f -- "$@"');

/** Unfinished file, its name to be: removes both, the second only where it is the same file. */
export const discarding = command('if [ "$2" -ef "$1" ]; then rm -f -- "$2"; fi', 'rm -f -- "$1"');

/** File: `<bytes> <seconds>`, or nothing where there is none. */
export const finding = command(
  reachable,
  'if [ -f "$1" ]; then stat -c "%s %Y" -- "$1"; else reachable "$1"; fi',
);

/** File, the first byte that is wanted, from 1. */
export const reading = command('tail -c "+$2" -- "$1"');

/**
 * Directory, then tests of `find`: `now <seconds>`, then `<bytes> <seconds> ./<path>` for every file. What goes away
 * meanwhile is left out. Links are not followed.
 */
export const listing = command(
  reachable,
  'echo "now $(date +%s)"',
  'folder=$1; shift',
  'if [ ! -d "$folder" ]; then reachable "$folder"; exit 0; fi',
  'cd -- "$folder" || exit',
  `find . -type f "$@" -exec sh -c 'stat -c "%s %Y %n" -- "$@" 2>/dev/null || :' sh {} +`,
);

/** File, root: removes the file and the directories that it leaves empty, for an object store has none. */
export const removing = command(
  'rm -f -- "$1" || exit',
  'up=$(dirname -- "$1")',
  'while [ "$up" != "$2" ] && rmdir -- "$up" 2>/dev/null; do up=$(dirname -- "$up"); done',
);
