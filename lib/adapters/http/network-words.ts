/** What the network said: its code where it has one, and its words. */
export function networkWords(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  // A connection tried on several addresses fails with an empty message.
  return code === undefined || code === 'ESILENT' || message.includes(code)
    ? message
    : `${code} ${message}`.trim();
}
