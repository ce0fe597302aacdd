/** What git holds under a path. */
export interface Tracked {
  readonly mode: string;
  readonly id: string;
  /** `H` alone in git's own letters: one version, and git looks at the file to tell whether it changed. */
  readonly plain: boolean;
}

const records = (output: string): string[] => output.split('\0').slice(0, -1);

/** Of `ls-files -z -s -v`: `H 100755 <id> 0\t<path>`. */
export function parseIndex(output: string): Map<string, Tracked> {
  const found = new Map<string, Tracked>();
  for (const record of records(output)) {
    const tab = record.indexOf('\t');
    const [flag, mode = '', id = '', stage] = record.slice(0, tab).split(' ');
    found.set(record.slice(tab + 1), { mode, id, plain: flag === 'H' && stage === '0' });
  }
  return found;
}

export interface Changes {
  /** The file is not as the index has it. */
  readonly onDisk: ReadonlySet<string>;
  /** Or the index is not as the commit has it. */
  readonly sinceCommit: ReadonlySet<string>;
}

/** Of `status -z --porcelain=v2`, without the folder's `prefix`: `1 .M … <path>`, `u UU … <path>`. */
export function parseChanges(output: string, prefix: string): Changes {
  const onDisk = new Set<string>();
  const sinceCommit = new Set<string>();
  for (const record of records(output)) {
    const [kind, state = '', ...rest] = record.split(' ');
    if (kind !== '1' && kind !== 'u') continue;
    // Six fields lie between the state and an ordinary path, eight before an unmerged one.
    const path = rest.slice(kind === '1' ? 6 : 8).join(' ');
    if (!path.startsWith(prefix)) continue;
    sinceCommit.add(path.slice(prefix.length));
    if (kind === 'u' || state[1] !== '.') onDisk.add(path.slice(prefix.length));
  }
  return { onDisk, sinceCommit };
}

/** `bytes`: what lies on the disk may be anything; `line-ends`: it may be longer than what git holds, by its CRs. */
export type Conversion = 'bytes' | 'line-ends';

/**
 * Of `check-attr -z --all`: path, attribute, value. Only what can make git call a file unchanged although its bytes
 * are not git's: a filter (LFS), an encoding, `$Id$`, and line ends.
 */
export function parseConversions(output: string): Map<string, Conversion> {
  const found = new Map<string, Conversion>();
  const fields = records(output);
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [path = '', attribute = '', value] = fields.slice(at, at + 3);
    if (value === 'unset') continue;
    if (/^(filter|working-tree-encoding|ident)$/.test(attribute)) found.set(path, 'bytes');
    else if (/^(text|eol|crlf)$/.test(attribute) && !found.has(path)) found.set(path, 'line-ends');
  }
  return found;
}

/** Of `config --get-regexp`: whether files without attributes may be converted, too. */
export const convertsLineEnds = (output: string): boolean =>
  /^core\.autocrlf (?!(false|no|off|0)$)/im.test(output);

/** Of `cat-file --batch-check`: bytes by id; an object that is not there has none. */
export const parseSizes = (output: string): Map<string, number> =>
  new Map(
    output
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([, size = '']) => /^\d+$/.test(size))
      .map(([id = '', size]) => [id, Number(size)]),
  );
