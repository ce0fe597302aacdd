/** GitHub shows at most 1 MiB per step and drops the whole summary above it; ours stay readable. */
const summaryBudget = 64 * 1024;

const note = '\n\n_Cut here: the whole text is in the JSON report and in the log._\n';
const folded = /(<details><summary>[^\n]*<\/summary>\n\n)([\s\S]*?)(\n\n<\/details>)/g;

const bytes = (text: string): number => Buffer.byteLength(text);

/**
 * Cuts a summary to `budget` bytes. Folded sections shrink first, the longest one first, for the lines above
 * them are what the release manager decides by; only when none is left is the end cut off, at a line.
 */
export function fitSummary(markdown: string, budget = summaryBudget): string {
  let text = markdown;
  while (bytes(text) > budget) {
    const longest = [...text.matchAll(folded)].sort((a, b) => bytes(b[2] ?? '') - bytes(a[2] ?? ''))[0];
    const body = longest?.[2] ?? '';
    const room = Math.max(0, bytes(body) - (bytes(text) - budget) - bytes(note) - 8);
    const shorter = cutAtLine(body, room);
    if (longest === undefined || bytes(shorter) >= bytes(body))
      return cutAtLine(text, budget - bytes(note) - 8);
    text =
      text.slice(0, longest.index) +
      longest[1] +
      shorter +
      longest[3] +
      text.slice(longest.index + longest[0].length);
  }
  return text;
}

/** Whole lines up to `room` bytes, an open code fence closed, the note below; the text itself when it fits. */
function cutAtLine(text: string, room: number): string {
  if (bytes(text) <= room) return text;
  const kept: string[] = [];
  let [size, fence] = [0, ''];
  for (const line of text.split('\n')) {
    size += bytes(line) + 1;
    if (size > room) break;
    kept.push(line);
    const [mark = ''] = /^`{3,}/.exec(line) ?? [];
    if (fence === '') fence = mark;
    else if (mark.length >= fence.length && line.trim() === mark) fence = '';
  }
  const open = fence === '' ? '' : `\n${fence}`;
  return `${kept.join('\n')}${open}${note}`;
}
