/** One line of at most `limit` characters; a long one keeps both ends, for the cause stands at the end. */
export function oneLine(text: string, limit = 240): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line.length <= limit) return line;
  const tail = Math.floor((limit - 3) * 0.6);
  return `${line.slice(0, limit - 3 - tail)} … ${line.slice(-tail)}`;
}

export const plural = (count: number, word: string, ending = 's'): string =>
  `${count} ${word}${count === 1 ? '' : ending}`;

export const reasonAndMessage = (reason: string | undefined, message: string | undefined): string =>
  oneLine([reason, message].filter((part) => part !== undefined && part !== '').join(': '));
