/**
 * Lists as docker/build-push-action reads them, so that its inputs can be moved over as they are: CSV over several
 * lines, where a field in quotes may hold line breaks and `""` stands for one quote (@docker/actions-toolkit, Util.getList).
 */

export interface ListOptions {
  /** Lines stay whole: a comma belongs to the entry (`type=registry,ref=…`, `NAME=a,b`). */
  readonly keepCommas?: boolean;
  /** Quotes belong to the entry, too: `outputs` hands them on to buildx, which reads CSV itself. */
  readonly keepQuotes?: boolean;
}

/** The entries, without white space around them; empty ones are left out. */
export function parseList(
  text: string,
  { keepCommas = false, keepQuotes = false }: ListOptions = {},
): string[] {
  const lines = keepQuotes ? text.split(/\r?\n/) : recordsOf(text).map((fields) => fields.join(','));
  const entries = keepCommas ? lines : lines.flatMap((line) => line.split(','));
  return entries.map((entry) => entry.trim()).filter((entry) => entry !== '');
}

/** The fields of one line of CSV: `type=image,"name=a,b"` → `type=image` and `name=a,b`. */
export const fieldsOf = (line: string): string[] =>
  recordsOf(line)
    .flat()
    .map((field) => field.trim())
    .filter((field) => field !== '');

/** Writes fields so that a reader of CSV finds them again: one with a comma or a quote is put in quotes. */
export const csvLine = (fields: readonly string[]): string =>
  fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');

const quotedField = /"((?:[^"]|"")*)"[^\S\r\n]*(?=,|\r?\n|$)/y;
const plainField = /[^,\r\n]*/y;

/** A quote counts only where a field begins with it; anywhere else it is a letter like others. */
function recordsOf(text: string): string[][] {
  const records: string[][] = [[]];
  for (let at = 0; at <= text.length;) {
    const quoted = matchAt(quotedField, text, at);
    const plain = quoted ?? matchAt(plainField, text, at);
    records.at(-1)?.push(quoted?.[1]?.replaceAll('""', '"') ?? plain?.[0] ?? '');
    at += plain?.[0].length ?? 0;
    if (text[at] !== ',') records.push([]);
    at += text.startsWith('\r\n', at) ? 2 : 1;
  }
  return records;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
