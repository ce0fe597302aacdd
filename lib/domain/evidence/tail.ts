export interface TailLimits {
  readonly lines: number;
  /** Of UTF-8. */
  readonly bytes: number;
}

/** Of one log; enough for a stack trace. */
export const tailLimits: TailLimits = { lines: 60, bytes: 16 * 1024 };

/** The end of a log, for there the cause stands: whole lines as far as they fit, of a longer line its own end. */
export function tailOf(
  text: string,
  limits = tailLimits,
): { readonly lines: string[]; readonly cut: boolean } {
  if (text === '') return { lines: [], cut: false };
  const all = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const kept: string[] = [];
  let room = limits.bytes;
  for (const line of all.slice(-limits.lines).toReversed()) {
    room -= Buffer.byteLength(line) + 1;
    if (room < 0) break;
    kept.push(line);
  }
  const [last = ''] = all.slice(-1);
  if (kept.length === 0 && last !== '') return { lines: [`…${endOf(last, limits.bytes)}`], cut: true };
  return { lines: kept.toReversed(), cut: kept.length < all.length };
}

/** The kubelet keeps one dead container of a kind, and says this with status 200 of the log of an older one. */
export const isLost = (text: string): boolean => /^unable to retrieve container logs for \S+\s*$/.test(text);

function endOf(line: string, bytes: number): string {
  const all = Buffer.from(line);
  // A character that was cut in two is left out.
  return all
    .subarray(Math.max(0, all.length - bytes))
    .toString('utf8')
    .replace(/^\uFFFD+/, '');
}
